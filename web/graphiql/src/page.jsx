import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";

import { Examples } from "./examples.jsx";
import { Header } from "./header.jsx";
import { fetcher, useServer } from "./server.js";

const EXPLORER = explorerPlugin({ showAttribution: false });
const PLUGINS = [HISTORY_PLUGIN, EXPLORER];

/** The page: one line that says where and who you are, and GraphiQL below it. */
export function Page({ examples }) {
  const tabs = examples.map(({ query, variables }) => ({ query, variables }));
  return (
    <>
      <Header />
      <GraphiQL
        fetcher={fetcher}
        plugins={PLUGINS}
        defaultTabs={tabs}
        defaultEditorToolsVisibility="variables"
        isHeadersEditorEnabled={false}
        shouldPersistHeaders={false}
        inputValueDeprecation
        schemaDescription
        storage={sessionStorage}
      >
        <GraphiQL.Logo>
          <Examples examples={examples} />
        </GraphiQL.Logo>
        <GraphiQL.Footer>
          <Answered />
        </GraphiQL.Footer>
      </GraphiQL>
    </>
  );
}

function Answered() {
  const { answered } = useServer();
  if (!answered) return null;
  const { status, ms, characters, requestId } = answered;
  return (
    <p className="answered">
      HTTP {status} · {ms} ms · {characters.toLocaleString("en")} characters · request {requestId}
    </p>
  );
}
