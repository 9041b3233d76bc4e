import type { CodegenConfig } from '@graphql-codegen/cli';

/** How TypeScript sees the scalars: see "Generating a client" in docs/partner_guide.md. */
const config: CodegenConfig = {
  schema: '../../schema.graphql',
  documents: 'operations/*.graphql',
  generates: {
    'typescript/src/generated.ts': {
      plugins: ['typescript', 'typescript-operations', 'typed-document-node'],
      config: {
        strictScalars: true,
        scalars: {
          Cursor: 'string',
          Date: 'string',
          DateTime: 'string',
          Decimal: 'string',
          Numeral: { input: 'number | string', output: 'number | string' },
          JSON: 'Record<string, unknown>',
        },
        enumsAsTypes: true,
        futureProofEnums: true,
        avoidOptionals: { field: true, inputValue: false },
        useTypeImports: true,
        documentMode: 'documentNode',
      },
    },
  },
};

export default config;
