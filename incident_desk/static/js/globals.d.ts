// Libraries that stand on the page as globals (static/vendor, copied from their packages).
import type { io as connect } from "socket.io-client";
import type * as Leaflet from "leaflet";

declare global {
  const io: typeof connect;
  const L: typeof Leaflet;
  const htmx: {
    ajax(verb: string, url: string, how: { target: Element | string; source?: Element; swap?: string; values?: unknown }): Promise<void>;
    process(element: Element): void;
    config: Record<string, unknown>;
  };
  interface Window {
    incidentDeskLayers?: Array<{ refreshOn?: string; refresh?: () => void }>;
  }
}
export {};
