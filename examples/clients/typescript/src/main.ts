import {
  AnythingDocument,
  CallerDocument,
  CohortPageDocument,
  CompletedDocument,
  DecideDocument,
  FiguresDocument,
  SubmitDocument,
  type CohortPageQuery,
  type CohortPageQueryVariables,
  type CohortPartsFragment,
  type SubmitInput,
} from './generated.js';
import { Graph, GraphError } from './graph.js';

const { GRAPH_URL, GRAPH_CREDENTIAL, STAFF_CREDENTIAL } = process.env;
const partner = new Graph(GRAPH_URL!, GRAPH_CREDENTIAL!);
const staff = new Graph(GRAPH_URL!, STAFF_CREDENTIAL!);

const PUBLIC = { filter: { visibility: { eq: 'PUBLIC' } }, order: [{ by: 'TITLE' }] } satisfies CohortPageQueryVariables;

/** All public cohorts, a page of `first` at a time. */
async function downwards(first: number): Promise<CohortPartsFragment[]> {
  const found: CohortPartsFragment[] = [];
  let after: string | null = null;
  for (;;) {
    const { cohorts }: CohortPageQuery = await partner.ask(CohortPageDocument, { ...PUBLIC, first, after });
    found.push(...cohorts.nodes);
    if (!cohorts.pageInfo.hasNextPage) return found;
    after = cohorts.pageInfo.endCursor;
  }
}

/** The same from the end, a page of `last` at a time; each page is in the list's order. */
async function upwards(last: number): Promise<CohortPartsFragment[]> {
  const found: CohortPartsFragment[] = [];
  let before: string | null = null;
  for (;;) {
    const { cohorts }: CohortPageQuery = await partner.ask(CohortPageDocument, { ...PUBLIC, last, before });
    found.unshift(...cohorts.nodes);
    if (!cohorts.pageInfo.hasPreviousPage) return found;
    before = cohorts.pageInfo.startCursor;
  }
}

/** A run with a count for each of two states; `unit` is taken as it comes, so that a wrong one fails its record alone. */
function submission(mode: 'VALIDATE' | 'COMMIT', unit: string): SubmitInput {
  const cohort = { sourceRef: 'run-1' };
  const reportingPeriod = { label: '2024', from: '2024-01-01' };
  const count = { cohort, measure: 'COMPLETED', unit, partitionKey: 'by state', reportingPeriod };
  return {
    submissionKey: 'generated-client',
    mode,
    atomicity: 'ALL_OR_NOTHING',
    declared: { records: 3, people: 31 },
    records: [
      {
        sourceRef: 'run-1',
        change: { cohort: { courses: [{ code: 'OCDD' }], startsOn: '2024-03-04', roles: [{ agency: { code: process.argv[2]! }, role: 'CONVENER' }] } },
      },
      { sourceRef: 'run-1/JM', change: { count: { ...count, count: 19, memberStates: ['JM'], cost: { amount: '1250.50', currency: 'USD' } } } },
      { sourceRef: 'run-1/TT', change: { count: { ...count, count: '12', memberStates: ['TT'] } } },
    ],
  };
}

/** The code of the refusal that an operation meets. */
async function refusal(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof GraphError) return `${error.code} at ${error.path.join('.')}`;
    throw error;
  }
  return 'none';
}

const { viewer } = await partner.ask(CallerDocument, {});
const all = await downwards(viewer.limits.pageSize);
const one = await downwards(1);
const back = await upwards(3);
const { figures } = await partner.ask(FiguresDocument, { key: 'TRAVEL_SAVINGS' });
const wrong = (await partner.ask(SubmitDocument, { input: submission('VALIDATE', 'PERSONS') })).submit;
const stored = (await partner.ask(SubmitDocument, { input: submission('COMMIT', 'PEOPLE') })).submit;
const again = (await partner.ask(SubmitDocument, { input: submission('COMMIT', 'PEOPLE') })).submit;
const decided = (await staff.ask(DecideDocument, { input: { submission: { id: stored.receipt!.id }, verdict: 'VERIFY' } })).decide;
const { node } = await partner.ask(AnythingDocument, { id: stored.outcomes[1]!.statement!.id });
const { participation } = await partner.ask(CompletedDocument, { groupBy: ['MEMBER_STATE'] });

console.log(
  JSON.stringify({
    caller: [viewer.kind, viewer.agency?.code, viewer.scopes],
    pages: one.map((cohort) => [cohort.code, cohort.startsOn, cohort.mode]),
    pagesAgree: [one, back].map((pages) => JSON.stringify(pages) === JSON.stringify(all)),
    figures: figures.map((figure) => figure.value).sort(),
    issues: wrong.outcomes.flatMap((outcome) => outcome.issues.map((issue) => `${issue.code} at ${issue.path.join('.')}`)),
    stored: [stored.counts.created, stored.people, stored.receipt?.replayed, again.receipt?.replayed],
    decided: [decided.decided, decided.accepted],
    node: node?.__typename === 'Statement' ? [node.count, node.state, node.reportingPeriod?.from, node.cost?.amount] : node?.__typename,
    enteredBy: node?.__typename === 'Statement' && node.enteredBy?.__typename === 'PartnerAgency' ? node.enteredBy.code : null,
    participation: [participation.total.value, participation.rows.map((row) => [row.key[0]?.label, row.count.value])],
    refusals: [
      await refusal(partner.ask(CohortPageDocument, { first: 1000 })),
      await refusal(partner.ask(DecideDocument, { input: { submission: { id: stored.receipt!.id }, verdict: 'VERIFY' } })),
      await refusal(new Graph(GRAPH_URL!, 'pg_unknown').ask(CallerDocument, {})),
    ],
  }),
);
