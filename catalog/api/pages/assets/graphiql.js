"use strict";
// The key, where one is needed, lives in this tab's memory only: never in storage, cookie or address.
let key = "";

const starters = `# Lineward. Ctrl-Enter (Cmd-Enter) runs the query
# that the cursor stands in, the play button lets you
# choose one. Each runs as it is, over the snapshots
# whose name has "train" in it: put your own word there,
# or leave it out. The Docs on the left describe every
# field; Ctrl-Space completes what you type.

# 1. Which raw feeds produced a training snapshot?
query RawFeeds {
  search(
    text: "train"
    filter: { kinds: [SNAPSHOT] }
    first: 3
  ) {
    nodes {
      ... on Snapshot {
        name
        digest
        state
        feeds {
          nodes {
            nodes {
              name
              ... on Dataset { ...described }
              ... on DatasetState {
                of { ...described }
              }
              ... on Snapshot {
                digest
                of { ...described }
              }
            }
          }
          # Complete, or what is missing: an empty list
          # alone would not say that there is nothing.
          completeness {
            __typename
            ... on Truncated { limit reached }
            ... on Redacted { hidden }
            ... on Lagging { behind }
          }
        }
      }
    }
  }
}

# 2. Which jobs and runs touched its data on the way,
# and who attested that they remove identifiers?
query JobsAndRuns {
  search(
    text: "train"
    filter: { kinds: [SNAPSHOT] }
    first: 3
  ) {
    nodes {
      ... on Snapshot {
        name
        digest
        lineage(direction: UPSTREAM, depth: 20) {
          edges {
            nodes {
              from
              to
              kind
              confidence
              job { name ref { namespace } }
              run {
                runId
                runState
                startedAt
                endedAt
                flags { code pointer }
              }
              attestations {
                method
                attestedBy
                authenticated
                inForce
              }
            }
          }
          completeness { __typename }
          # The same answer can be had again:
          # asOf: { knownAtIndex: … }.
          readPoint { validAt ledgerIndex ledgerRoot }
        }
      }
    }
  }
}

# 3. Which model versions were trained on it, and are
# they approved?
query ModelVersions {
  search(
    text: "train"
    filter: { kinds: [SNAPSHOT] }
    first: 3
  ) {
    nodes {
      ... on Snapshot {
        name
        digest
        trainedModelVersions {
          name
          registration {
            artifactDigest
            registeredBy
            metrics { name value split }
          }
          approvals {
            approvalKind
            approvalState
            useCase
            decisions { decision decidedBy decidedAt }
          }
        }
      }
    }
  }
}

# What is there at all: datasets, how many lie in which
# zone, and what their owners have not declared.
query Overview {
  search(
    filter: { kinds: [DATASET] }
    facets: [ZONE, DEIDENTIFICATION_STATE]
    first: 20
  ) {
    totalCount
    nodes {
      ... on Dataset {
        ref { namespace name }
        state
        owner
        gaps { field }
        ...described
      }
    }
    facets { facet counts { value count } }
  }
}

fragment described on Dataset {
  zone
  sourceSystem { name kind }
  deidentificationState
  labels { phiKind column origin }
}
`;

async function fetcher(parameters) {
  const headers = { "Content-Type": "application/json" };
  if (key) headers.Authorization = `Bearer ${key}`;
  const answer = await fetch("graphql", { method: "POST", headers, body: JSON.stringify(parameters) });
  if (answer.status === 401) {
    const given = window.prompt("This catalog asks for an API key (lw_…). It is kept in this tab's memory only.");
    if (given) {
      key = given.trim();
      return fetcher(parameters);
    }
  }
  return answer.json();
}

ReactDOM.createRoot(document.getElementById("explorer")).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: starters,
    isHeadersEditorEnabled: false,
    shouldPersistHeaders: false,
  }),
);
