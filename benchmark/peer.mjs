// sharp, as benchmark/peers.py has the others: node peer.mjs MODULES METADATA SOURCE TARGET WORKERS
// METADATA is "kept" or "dropped"; sharp drops it by default, and converts colours to sRGB then.
import { createRequire } from "node:module";
import { mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const [modules, metadata, source, target, workers] = process.argv.slice(2);
const sharp = createRequire(join(resolve(modules), "index.js"))("sharp");
sharp.concurrency(1); // threads of an image; there is one for each image already
mkdirSync(target, { recursive: true });
const names = readdirSync(source).sort();
const convert = (name) => {
  const image = sharp(join(source, name)).rotate().resize(800, 800, { fit: "inside" });
  if (metadata === "kept") image.keepMetadata();
  return image.jpeg({ quality: 85 }).toFile(join(target, name));
};
const work = async () => {
  while (names.length) await convert(names.shift());
};
await Promise.all(Array.from({ length: Number(workers) }, work));
