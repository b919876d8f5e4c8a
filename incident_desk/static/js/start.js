// @ts-check
// The one entry: each module starts only where its marks are on the page.

import { startAutosave } from "./autosave.js";
import { startCallSheet } from "./call_sheet.js";
import { startClocks } from "./clocks.js";
import { startCopy } from "./copy.js";
import { startForms } from "./forms.js";
import { startIdempotency } from "./idempotency.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startMap } from "./map.js";
import { startMessages } from "./messages.js";
import { startPhoto } from "./photo.js";
import { startRefresh } from "./refresh.js";
import { startRulers } from "./ruler.js";
import { startSignatures } from "./signature.js";
import { startSound } from "./sound.js";
import { startTabs } from "./tabs.js";
import { startTheme } from "./theme.js";
import { startTime } from "./time.js";
import { startWall } from "./wall.js";

startTheme();
startIdempotency();
startMessages();
startForms();
startKeys();
startCopy();
startClocks();
startRulers();
startTabs();
startTime();
startRefresh();
startMap();
startLive();
startCallSheet();
startAutosave();
startPhoto();
startSignatures();
startSound();
startWall();
