import { useState } from "react";

import { askAs, endSession, openSession, switchMode, useServer } from "./server.js";

const KINDS = {
  PARTNER: "Partner",
  FOCAL_POINT: "Focal point",
  STAFF: "Staff",
  VERIFIER: "Verifier",
  DATA_PROTECTION_OFFICER: "Data protection officer",
  AUDITOR: "Auditor",
  ADMINISTRATOR: "Administrator",
};

/** One line: which server this is, who is asking, and how to ask as somebody else. Its colour tells what the page may do. */
export function Header() {
  const { session, hasCredential, notice } = useServer();
  const may = hasCredential ? "credential" : session ? session.mode.toLowerCase() : "nobody";
  return (
    <header className="who" data-may={may}>
      <h1>
        Training graph <span className="host">{location.host}</span>
      </h1>
      <Viewer />
      <p className="notice" role="status">
        {notice}
      </p>
      {session && !hasCredential ? <Session session={session} /> : <Identity hasCredential={hasCredential} />}
    </header>
  );
}

function Viewer() {
  const { viewer } = useServer();
  if (viewer.kind === "ANONYMOUS") return <p className="viewer">Nobody: you see what is public</p>;
  return (
    <p className="viewer" title={`scopes: ${viewer.scopes.join(", ") || "none"}`}>
      <strong>{KINDS[viewer.kind] ?? viewer.kind}</strong> {viewer.clientName}
      {viewer.agency && <> · {viewer.agency.code}</>}
    </p>
  );
}

function Identity({ hasCredential }) {
  const { offersSession, signIn } = useServer();
  const [typed, setTyped] = useState("");
  if (hasCredential) {
    return (
      <div className="controls">
        <button type="button" onClick={() => askAs(null)}>
          Forget the credential
        </button>
      </div>
    );
  }
  function use() {
    if (!typed.trim()) return;
    setTyped("");
    askAs(typed.trim());
  }
  return (
    <div className="controls">
      <input
        type="password"
        aria-label="Credential"
        title="Kept in the memory of this page only, until you forget it or leave"
        placeholder="Credential pg_…"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && use()}
      />
      <button type="button" onClick={use} disabled={!typed.trim()}>
        Use
      </button>
      {signIn && (
        <a className="open" href={signIn}>
          Sign in
        </a>
      )}
      {offersSession && (
        <button type="button" className="open" onClick={openSession}>
          Open a staff session
        </button>
      )}
    </div>
  );
}

function Session({ session }) {
  const writes = session.mode === "WRITE";
  return (
    <div className="controls">
      <label title="Whether this session may run mutations. The switch is logged.">
        <input type="checkbox" role="switch" checked={writes} onChange={() => switchMode(writes ? "READ" : "WRITE")} />
        {writes ? "Changes allowed" : "Read only"}
      </label>
      <button type="button" onClick={endSession} title={`Ends by itself at ${new Date(session.endsAt).toLocaleTimeString()}`}>
        End the session
      </button>
    </div>
  );
}
