import { KEEPSAKE_VERSION } from "@keepsake/contract";

/** The page at `/docs`. Everything it loads comes from this server. */
export const docsPage = () => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Keepsake ${KEEPSAKE_VERSION}: every call</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/style.css">
</head>
<body>
<noscript>This page needs JavaScript; <a href="openapi.json">openapi.json</a> says the same.</noscript>
<div id="docs"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** Begins the page, in a file of its own since the page's policy allows no script inside of it. */
export const docsScript = () => `const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  // The document is checked by our tests; the online one would send it elsewhere.
  validatorUrl: null,
});
`;

/** What the library's own style leaves open. */
export const docsStyle = () => `body { margin: 0; }
html.dark-mode { color-scheme: dark; }
.swagger-ui .information-container { padding-bottom: 0; }
`;
