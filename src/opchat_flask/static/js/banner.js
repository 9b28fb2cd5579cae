/** The calm bar on top: no connection, or no longer logged in. */

import { loginPath } from "./config.js";
import { connection } from "./connection.js";
import { byId, el } from "./dom.js";
import { t } from "./i18n.js";

const GRACE = 1_500;

export function showBanner() {
  const bar = byId("banner");
  let timer = 0;
  const draw = () => {
    clearTimeout(timer);
    if (!connection.signedIn) {
      bar.replaceChildren(
        el("span", {}, t("banner.signed_out")),
        " ",
        el("a", { href: loginPath() }, t("banner.log_in")),
      );
      bar.hidden = false;
    } else if (!connection.reachable) {
      // One lost request is no news yet.
      timer = setTimeout(
        () => {
          bar.replaceChildren(t("banner.offline"));
          bar.hidden = false;
        },
        navigator.onLine ? GRACE : 0,
      );
    } else bar.hidden = true;
  };
  connection.subscribe(draw);
  draw();
}
