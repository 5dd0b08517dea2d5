/** A process that makes one series, and sends it. */
import { measured } from "./measure";

const [name = "", runs = ""] = process.argv.slice(2);

void measured(name, Number(runs)).then((series) => process.send?.(series));
