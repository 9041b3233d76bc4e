// The examples of docs/examples/, as the server sends them: opened as tabs, and always to be had from the menu.

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

/** The examples, in order: title, query, variables. */
export async function readExamples() {
  const response = await fetch("/graphiql/examples.json");
  return response.json();
}

/** The menu that brings an example back, in its tab if it still stands there unchanged, else in a new one. */
export function Examples({ examples }) {
  const { addTab, changeTab } = useGraphiQLActions();
  const tabs = useGraphiQL((store) => store.tabs);
  const queryEditor = useGraphiQL((store) => store.queryEditor);
  const variableEditor = useGraphiQL((store) => store.variableEditor);

  useEffect(() => queryEditor?.updateOptions({ wordWrap: "on" }), [queryEditor]); // examples explain themselves in long lines

  function open(example) {
    const index = tabs.findIndex((tab) => tab.query === example.query);
    if (index >= 0) return changeTab(index);
    addTab();
    queryEditor.setValue(example.query);
    variableEditor.setValue(example.variables ?? "");
  }

  return (
    <select aria-label="Examples" value="" onChange={(event) => open(examples[event.target.value])}>
      <option value="" disabled>
        Examples …
      </option>
      {examples.map((example, index) => (
        <option key={example.name} value={index}>
          {example.title}
        </option>
      ))}
    </select>
  );
}
