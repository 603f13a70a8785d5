"use strict";
// The key, where one is needed, lives in this tab's memory only: never in storage, cookie or address.
let key = "";

const starters = `# Lineward. Ctrl-Enter runs what the cursor stands in; the Docs on the left know every field.
# Which raw feeds produced a training snapshot? Find its id first:
query Find {
  search(text: "training", facets: [ZONE, DEIDENTIFICATION_STATE], first: 10) {
    totalCount
    nodes { __typename id ... on Dataset { ref { namespace name } zone deidentificationState state } }
    facets { facet counts { value count } }
    completeness { __typename }
  }
}

query WhereFrom($of: [ID!]!) {
  lineage(input: { of: $of, direction: UPSTREAM, depth: 20 }) {
    __typename
    ... on LineageGraph {
      nodes { nodes { depth asset { id name state } } }
      edges { nodes { from to kind confidence job { name } } }
      completeness { __typename ... on Lagging { behind } ... on Truncated { limit reached } }
      readPoint { validAt ledgerIndex ledgerRoot }
    }
    ... on Problem { code message }
  }
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
