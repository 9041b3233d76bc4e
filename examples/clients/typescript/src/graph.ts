import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';

/** A refusal of the whole operation; `code` is stable, for programs, and `message` is for people. */
export class GraphError extends Error {
  constructor(readonly code: string, message: string, readonly path: readonly (string | number)[]) {
    super(message);
  }
}

/** One client of the graph: answers have the types of the operations that ask for them. */
export class Graph {
  constructor(private readonly url: string, private readonly credential: string) {}

  /** The data that answers an operation; throws GraphError. */
  async ask<Answer, Variables>(document: TypedDocumentNode<Answer, Variables>, variables: Variables): Promise<Answer> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        Accept: 'application/graphql-response+json',
        Authorization: `Bearer ${this.credential}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const { data, errors } = await response.json();
    if (errors) {
      throw new GraphError(errors[0].extensions.code, errors[0].message, errors[0].path ?? []);
    }
    return data;
  }
}
