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

/** How long the list is after each step, and its items; Relay sends null for what it does not use. */
async function scrolled(start: { first: number } | { last: number }): Promise<[number[], string[]]> {
  const variables = { ...start, filter: { visibility: { eq: 'PUBLIC' as const } } };
  const list = createOperationDescriptor(CohortListQuery, variables);
  const kept = environment.retain(list);
  await fetchQuery<List>(environment, CohortListQuery, variables).toPromise();
  const lengths = [listed(variables).edges.length];
  for (;;) {
    const { hasNextPage, endCursor, hasPreviousPage, startCursor } = listed(variables).pageInfo;
    if ('first' in start ? !hasNextPage : !hasPreviousPage) break;
    const place = 'first' in start ? { after: endCursor, last: null } : { first: null, before: startCursor };
    await fetchQuery<Page>(environment, CohortListPageQuery, { ...variables, ...place }).toPromise();
    lengths.push(listed(variables).edges.length);
  }
  const items = listed(variables).edges.map((edge) => edge.node.id);
  kept.dispose();
  return [lengths, items];
}

async function main(): Promise<void> {
  await fetchQuery<Caller>(environment, CallerQuery, {}).toPromise();
  const [forwards, down] = await scrolled({ first: 2 });
  const [backwards, up] = await scrolled({ last: 2 });
  console.log(JSON.stringify({ forwards, backwards, different: new Set(down).size, agree: `${down}` === `${up}` }));
}

void main();
