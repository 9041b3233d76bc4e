import { defineConfig } from "vite";

export default defineConfig({
  base: "/graphiql/",
  build: {
    assetsInlineLimit: 0, // files of their own, so that the policy need not allow data: for scripts and images
    chunkSizeWarningLimit: 8000,
    license: { fileName: "THIRD_PARTY_LICENSES.md" },
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onLog: (level, log, say) => log.code === "MODULE_LEVEL_DIRECTIVE" || say(level, log), // "use client" means nothing here
    },
    sourcemap: false,
  },
  worker: { format: "es" },
});
