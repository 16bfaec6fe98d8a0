import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

/** Where `scripts/catalogs.mjs` may extract to for comparison; normally the committed catalogues. */
const folder = process.env["CORDBOARD_CATALOGS"] ?? "<rootDir>/src/text/catalogues";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "nl"],
  catalogs: [{ path: `${folder}/{locale}`, include: ["<rootDir>/src"], exclude: ["**/*.test.*"] }],
  // Without line numbers a moved line does not change the catalogues.
  format: formatter({ lineNumbers: false }),
  orderBy: "message",
});
