// @ts-check
// One tone a severity, only after consent: <button data-sound aria-pressed="false">. Remembered for this browser.

const TONES = /** @type {Record<string, {hertz: number, times: number}>} */ ({ warned: { hertz: 520, times: 1 }, overdue: { hertz: 740, times: 3 } });
/** @type {AudioContext | null} */
let audio = null;

/** @param {string} severity */
function sound(severity) {
  const tone = TONES[severity];
  if (!audio || !tone || audio.state !== "running") return;
  for (let n = 0; n < tone.times; n += 1) {
    const begin = audio.currentTime + n * 0.4;
    const gain = audio.createGain();
    const source = audio.createOscillator();
    source.frequency.value = tone.hertz;
    gain.gain.setValueAtTime(0.0001, begin);
    gain.gain.exponentialRampToValueAtTime(0.2, begin + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, begin + 0.28);
    source.connect(gain).connect(audio.destination);
    source.start(begin);
    source.stop(begin + 0.3);
  }
}

export function startSound() {
  const button = document.querySelector("[data-sound]");
  if (!(button instanceof HTMLElement)) return;
  const set = (/** @type {boolean} */ on) => {
    button.setAttribute("aria-pressed", String(on));
    localStorage.setItem("sound", on ? "on" : "off");
    if (on) { audio ??= new AudioContext(); void audio.resume(); } else void audio?.suspend();
  };
  button.addEventListener("click", () => {
    set(button.getAttribute("aria-pressed") !== "true");
    sound("warned");
  });
  if (localStorage.getItem("sound") === "on") document.addEventListener("pointerdown", () => set(true), { once: true });
  document.addEventListener("clock:state", (event) => sound(/** @type {CustomEvent} */ (event).detail.state));
}
