import { graphql } from 'relay-runtime';

/** Who is asking: refetched when the credential changes. */
export const caller = graphql`
  fragment Caller_viewer on Viewer @refetchable(queryName: "CallerRefetchQuery") {
    kind
    clientName
    scopes
  }
`;

export const query = graphql`
  query CallerQuery {
    viewer {
      ...Caller_viewer
    }
  }
`;

export const submit = graphql`
  mutation CallerSubmitMutation($input: SubmitInput!) {
    submit(input: $input) {
      receipt {
        id
        replayed
      }
      outcomes {
        status
        issues {
          code
          path
        }
      }
    }
  }
`;
