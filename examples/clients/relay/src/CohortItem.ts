import { graphql } from 'relay-runtime';

/** One cohort with its statements, which page by themselves: refetched through \`node\`. */
export const item = graphql`
  fragment CohortItem_cohort on Cohort
  @argumentDefinitions(first: { type: "Int", defaultValue: 1 }, after: { type: "Cursor" })
  @refetchable(queryName: "CohortItemPageQuery") {
    code
    title
    startsOn
    statements(first: $first, after: $after) @connection(key: "CohortItem_statements") {
      edges {
        node {
          count
          measure
          reportingPeriod {
            from
            to
          }
        }
      }
    }
  }
`;

/** Whatever an id names. */
export const anything = graphql`
  query CohortItemNodeQuery($id: ID!) {
    node(id: $id) {
      __typename
      ...CohortItem_node
    }
  }
`;

export const node = graphql`
  fragment CohortItem_node on Node @refetchable(queryName: "CohortItemNodeRefetchQuery") {
    id
    ... on Figure {
      value
      asOf
    }
  }
`;
