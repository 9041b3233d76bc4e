import "graphiql/setup-workers/vite";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "@graphiql/plugin-explorer/style.css";
import "graphiql/graphiql.css";
import "./page.css";

import { createRoot } from "react-dom/client";

import { readExamples } from "./examples.jsx";
import { Page } from "./page.jsx";
import { start } from "./server.js";

const [examples] = await Promise.all([readExamples(), start()]);
createRoot(document.getElementById("root")).render(<Page examples={examples} />);
