/** The calm bar on top: no connection, or no longer logged in. */

import { loginUrl } from "./config.js";
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
      const login = loginUrl();
      bar.replaceChildren(
        el("span", {}, t("banner.signed_out")),
        " ",
        login ? el("a", { href: login }, t("banner.log_in")) : t("banner.log_in_there"),
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
