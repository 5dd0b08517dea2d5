// Transpiles for ts-node (tsconfig.json): esbuild, in a tenth of the compiler's time. `npm test` checks the types once, by `tsc`.
const { transformSync } = require("esbuild");

const OPTIONS = { loader: "ts", format: "cjs", platform: "node", sourcemap: "external", sourcesContent: false };

module.exports.create = ({ service }) => {
  const { esModuleInterop, useDefineForClassFields } = service.config.raw.compilerOptions;
  const tsconfigRaw = { compilerOptions: { esModuleInterop, useDefineForClassFields } };
  return {
    transpile: (input, { fileName }) => {
      const { code, map } = transformSync(input, {
        ...OPTIONS,
        target: `node${process.versions.node}`,
        sourcefile: fileName,
        tsconfigRaw,
      });
      return { outputText: code, sourceMapText: map };
    },
  };
};
