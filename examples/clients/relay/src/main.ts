import {
  Environment,
  Network,
  RecordSource,
  Store,
  createOperationDescriptor,
  fetchQuery,
  getSingularSelector,
  type GraphQLResponse,
} from 'relay-runtime';
import CallerQuery, { type CallerQuery as Caller } from './__generated__/CallerQuery.graphql';
import CohortListFragment, { type CohortList_cohorts$data } from './__generated__/CohortList_cohorts.graphql';
import CohortListPageQuery, { type CohortListPageQuery as Page } from './__generated__/CohortListPageQuery.graphql';
import CohortListQuery, { type CohortListQuery as List } from './__generated__/CohortListQuery.graphql';

const { GRAPH_URL, GRAPH_CREDENTIAL } = process.env;

const network = Network.create(async (request, variables): Promise<GraphQLResponse> => {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${GRAPH_CREDENTIAL}` };
  const response = await fetch(GRAPH_URL!, { method: 'POST', headers, body: JSON.stringify({ query: request.text, variables }) });
  return response.json() as Promise<GraphQLResponse>;
});
const environment = new Environment({ network, store: new Store(new RecordSource()) });

/** The list as Relay's store holds it: what was fetched so far, joined by `@connection`. */
function listed(variables: List['variables']): CohortList_cohorts$data['cohorts'] {
  const root = environment.lookup(createOperationDescriptor(CohortListQuery, variables).fragment).data;
  const { data } = environment.lookup(getSingularSelector(CohortListFragment, root)!);
  return (data as unknown as CohortList_cohorts$data).cohorts;
}

async function main(): Promise<void> {
  await fetchQuery<Caller>(environment, CallerQuery, {}).toPromise();
  const variables = { first: 2, filter: { visibility: { eq: 'PUBLIC' as const } } };
  environment.retain(createOperationDescriptor(CohortListQuery, variables));
  await fetchQuery<List>(environment, CohortListQuery, variables).toPromise();
  const lengths = [listed(variables).edges.length];
  while (listed(variables).pageInfo.hasNextPage) {
    const after = listed(variables).pageInfo.endCursor;
    await fetchQuery<Page>(environment, CohortListPageQuery, { ...variables, after }).toPromise();
    lengths.push(listed(variables).edges.length);
  }
  const { edges, totalCount } = listed(variables);
  console.log(JSON.stringify({ lengths, totalCount, different: new Set(edges.map((edge) => edge.node.id)).size }));
}

void main();
