import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { FLEET } from "../samples";
import { describeInBrowser } from "./browser";
import { TOKEN } from "./stage";

const PICTURES = join(__dirname, "../../../docs/pictures");
const isUpdating = (process.env.UPDATE_PICTURES ?? "") !== "";
/** Share of the pixels that may differ: another version of the browser smooths letters otherwise. */
const TOLERANCE = 0.005;

const VIEWS = {
  fleet: { hash: `#token=${TOKEN}`, ready: "given up after 3 replacements" },
  machine: { hash: `#/machines/${FLEET[0]?.id ?? ""}`, ready: "replaced: interruption" },
};

/** Share of the pixels that differ, 1 where the size does. */
function difference(actual: PNG, expected: PNG): number {
  const { width, height } = expected;
  if (actual.width !== width || actual.height !== height) {
    return 1;
  }
  return pixelmatch(actual.data, expected.data, undefined, width, height) / (width * height);
}

describeInBrowser("the pictures of docs/console.md", (theatre) => {
  for (const [view, { hash, ready }] of Object.entries(VIEWS)) {
    for (const colorScheme of ["light", "dark"] as const) {
      const name = `console-${view}-${colorScheme}.png`;
      it(`show the ${view} as it is, ${colorScheme} (UPDATE_PICTURES=1 takes ${name} anew)`, async () => {
        const { page } = await theatre().open(hash, { colorScheme });
        await page.getByText(ready).first().waitFor();
        const taken = await page.screenshot({ animations: "disabled", fullPage: true });
        const path = join(PICTURES, name);
        if (isUpdating) {
          mkdirSync(PICTURES, { recursive: true });
          writeFileSync(path, taken);
        }
        assert.ok(existsSync(path), `${name} is not there`);
        const share = difference(PNG.sync.read(taken), PNG.sync.read(readFileSync(path)));
        assert.ok(share <= TOLERANCE, `${(share * 100).toFixed(2)} % of the pixels differ`);
      });
    }
  }
});
