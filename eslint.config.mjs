import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

const only = (message, ...patterns) => ({
  "no-restricted-imports": ["error", { patterns: patterns.map((regex) => ({ regex, message })) }],
});

/** The files of provider/ec2 that know the AWS SDK; `ec2.ts` has their types, for all who must not load it. */
const OVER_THE_SDK =
  "addresses,caller,client,dry-run,images,instances,interfaces,launches,reads,subnets,tagging,templates,volumes";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "coverage/"] },
  eslint.configs.recommended,
  // A comment begins with its subject (writing.md, rule 1). The words are not warnings; the rule only finds how a comment begins.
  {
    rules: {
      "no-warning-comments": [
        "error",
        { terms: ["what", "of", "those", "one that"], location: "start", decoration: ["*"] },
      ],
    },
  },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-console": "error",
      complexity: ["error", { max: 12, variant: "modified" }],
      "max-params": ["error", 4],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_$" }],
    },
  },
  {
    files: ["console/**/*.{ts,tsx}", "tests/console/**/*.ts"],
    languageOptions: { parserOptions: { project: "./console/tsconfig.json", tsconfigRootDir: import.meta.dirname } },
  },
  {
    files: ["console/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-globals": ["error", { name: "eval", message: "the page's policy refuses it" }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name=/^(dangerouslySetInnerHTML|style)$/]",
          message: "text stays text, and the page's policy refuses inline styles",
        },
      ],
    },
  },
  {
    files: ["console/model/*.ts", "console/data/back-off.ts"],
    rules: only("the model is pure: no browser, no clock, no view", "(^|/)(data|parts|views)/", "^(preact|@preact)"),
  },
  {
    files: ["sdk/**/*.ts", "provider/**/*.ts", "controller/**/*.ts", "cli/**/*.ts"],
    rules: {
      ...only("the product never imports the development tools", "(^|/)local(/|$)"),
      "@typescript-eslint/no-require-imports": [
        "error",
        { allow: ["^pulumi-managed-instance/provider$", "^\\./ec2/client$"] },
      ],
    },
  },
  {
    files: ["provider/**/*.ts", "controller/**/*.ts", "cli/**/*.ts"],
    // The client of each other service has one file of its own.
    ignores: [`provider/ec2/{${OVER_THE_SDK}}.ts`, "controller/lambda/queue.ts", "cli/{cloudtrail,identity,quotas}.ts"],
    rules: only(
      "only provider/ec2/client.ts, the files that it puts together and controller/lambda/queue.ts know the AWS SDK; the product never imports local/",
      "^@(aws-sdk|smithy)/",
      "(^|/)local(/|$)",
    ),
  },
  {
    files: [
      "provider/{kit,model,inputs}/*.ts",
      "provider/preview/{announce-adoption,announce-create,announce-update,belongings,certain-outputs,fate,image-warnings}.ts",
      "provider/preview/{in-place,known-outputs,planned,sentence,told,touches}.ts",
      "provider/engine/record/{labels,last-replacement,phase,record-grammar,specification,standing,tag-text}.ts",
      "provider/engine/{situation,planning}/*.ts",
      "controller/{decide,events,history,schedules}.ts",
      "controller/lambda/{metrics,sqs-event}.ts",
      "sdk/controller/{checked-args,role-policy,rules}.ts",
    ],
    // Looks: they ask EC2 by the narrow interface, and wait.
    ignores: [
      "provider/kit/clock.ts",
      "provider/inputs/snapshot-checks.ts",
      "provider/engine/situation/{observe,observe-adoption,observe-elastic-ips,other-machines}.ts",
      "provider/engine/planning/protection.ts",
    ],
    rules: only(
      "decisions are pure: no AWS, no Pulumi, no clock",
      "^@(aws-sdk|smithy|pulumi)/",
      `ec2/(${OVER_THE_SDK.replaceAll(",", "|")})$`,
      "(^|/)clock$",
      "^node:fs",
      "(^|/)local(/|$)",
    ),
  },
  {
    files: ["{sdk,provider,controller,cli,console,local,bench,tests,scripts}/**/*.{ts,tsx,mjs}"],
    rules: { "max-lines": ["error", 300] },
  },
  {
    files: [
      // All inputs, with their documentation.
      "sdk/args.ts",
      // Tables of data.
      "provider/{ec2/policies,inputs/table}.ts",
    ],
    rules: { "max-lines": "off" },
  },
  // One line for each field, each with its default: long, not complicated.
  {
    files: ["provider/ec2/{images,instances,interfaces,launches,volumes}.ts", "provider/engine/situation/outputs.ts"],
    rules: { complexity: "off" },
  },
  // Pulumi's own types have `any` at this edge.
  { files: ["sdk/serialized-provider.ts"], rules: { "@typescript-eslint/no-unsafe-argument": "off" } },
  {
    files: ["tests/**/*.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
  // Programs as a user without TypeScript would write them.
  {
    files: ["tests/**/fixtures/**/*.{js,cjs}", "bench/**/program/*.js", "scripts/*.cjs", "*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { process: "readonly", console: "readonly", require: "readonly", module: "writable" },
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
    rules: { "no-console": "off" },
  },
);
