import { graphql } from 'relay-runtime';

/** The public cohorts, as far as they were scrolled through. */
export const list = graphql`
  fragment CohortList_cohorts on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" }, filter: { type: "CohortFilter" })
  @refetchable(queryName: "CohortListPageQuery") {
    cohorts(first: $first, after: $after, filter: $filter) @connection(key: "CohortList_cohorts", filters: ["filter"]) {
      totalCount
      edges {
        node {
          id
          ...CohortItem_cohort
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

export const query = graphql`
  query CohortListQuery($first: Int!, $filter: CohortFilter) {
    ...CohortList_cohorts @arguments(first: $first, filter: $filter)
  }
`;
