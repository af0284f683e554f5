import reactHooks from "eslint-plugin-react-hooks";
import { readdirSync } from "node:fs";
import tseslint from "typescript-eslint";

/** Arrows point down: app → features → service → shared. Features never see each other. */
const features = readdirSync("src/features");
/** Their folders are flat: a way out of one, in whatever form it is written, would go around its boundary. */
const OUT = "(^|/)\\.\\.(/|$)";
const only = (files, forbidden, message) => ({
  files: [files],
  rules: {
    "no-restricted-imports": ["error", { patterns: [{ regex: forbidden, message }, { regex: OUT, message: `${message}: by "@/" only` }] }],
    "no-restricted-syntax": ["error", { selector: `ImportExpression[source.value=/${`${forbidden}|${OUT}`.replaceAll("/", "\\/")}/]`, message }],
  },
});

export default tseslint.config(
  { ignores: ["src/client/**", "node_modules/**"] },
  ...tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js", "scripts/*.mjs"] } } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "react-hooks/incompatible-library": "off", // the compiler, which is not used here, would skip the virtualiser
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    },
  },
  { files: ["**/*.js", "**/*.mjs", "end-to-end/**"], ...tseslint.configs.disableTypeChecked },
  only("src/shared/**", "^@/(app|features|service|client)", "shared knows nobody"),
  only("src/service/**", "^@/(app|features)", "service knows only shared"),
  ...features.map((name) =>
    only(`src/features/${name}/**`, `^@/(app|features/(?!${name}/))`, "a feature knows only service and shared"),
  ),
);
