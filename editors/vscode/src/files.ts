// Which documents the server is told of.

/** What editors call the languages lamlint reads. */
export const LANGUAGES = [
  "yaml",
  "cloudformation",
  "json",
  "jsonc",
  "python",
  "javascript",
  "javascriptreact",
  "typescript",
  "typescriptreact",
  "go",
  "java",
  "csharp",
  "ruby",
  "rust",
  "powershell",
  "terraform",
  "toml",
  "dockerfile",
];

/** Files that are plain text, or something of their own, to an editor without an extension for them. */
export const PATTERNS = [
  "**/*.{tf,tfvars,toml,template,csproj}",
  "**/{requirements*.txt,Pipfile,Gemfile,go.mod,Dockerfile*,*.Dockerfile}",
];
