import { graphql } from 'relay-runtime';

/** The public cohorts, as far as they were scrolled through in either direction. */
export const list = graphql`
  fragment CohortList_cohorts on Query
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "Cursor" }
    last: { type: "Int" }
    before: { type: "Cursor" }
    filter: { type: "CohortFilter" }
  )
  @refetchable(queryName: "CohortListPageQuery") {
    cohorts(first: $first, after: $after, last: $last, before: $before, filter: $filter)
      @connection(key: "CohortList_cohorts", filters: ["filter"]) {
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
        hasPreviousPage
        startCursor
      }
    }
  }
`;

export const query = graphql`
  query CohortListQuery($first: Int, $last: Int, $filter: CohortFilter) {
    ...CohortList_cohorts @arguments(first: $first, last: $last, filter: $filter)
  }
`;
