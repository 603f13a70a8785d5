// accesses()
UNWIND $ids AS id MATCH (r:Entity {id: id})-[e:READ|WROTE|PRODUCED]->(t) RETURN id AS run, type(e) AS kind, t.id AS target, e.job AS job, e.valid_from AS valid_from, e.known_from AS entry, coalesce(e.replaces, false) AS replaces

// add_contributors()
UNWIND $rows AS row MATCH (n:Entity {id: row.target}) SET n.contributors = coalesce(n.contributors, []) + [j IN row.jobs WHERE NOT j IN coalesce(n.contributors, [])] RETURN count(n) AS written

// advance()
MATCH (l:Lineward {name: 'graph'}) SET l.checkpoint = $checkpoint, l.counts = $counts, l.alias_reach = $alias_reach, l.hubs = $hubs, l.joined = $joined REMOVE l.locked

// around()
UNWIND $rows AS row OPTIONAL CALL (row) { MATCH (s:Statement {subject: row.run, aspect: 'event'}) WHERE s.rank = $rank AND s.valid_from < row.at RETURN s.valid_from AS earlier ORDER BY s.subject DESC, s.aspect DESC, s.valid_from DESC LIMIT 1 } OPTIONAL CALL (row) { MATCH (s:Statement {subject: row.run, aspect: 'event'}) WHERE s.rank = $rank AND s.valid_from >= row.at RETURN s.valid_from AS later ORDER BY s.subject ASC, s.aspect ASC, s.valid_from ASC LIMIT 1 } RETURN row.run AS run, row.at AS at, earlier, later

// begin_clearing()
MERGE (l:Lineward {name: 'graph'}) SET l.clearing = true, l.checkpoint = -1, l.counts = '{}', l.alias_reach = 0, l.hubs = 0, l.joined = false

// checkpoint()
MATCH (l:Lineward {name: 'graph'}) RETURN coalesce(l.checkpoint, -1) AS checkpoint, coalesce(l.counts, '{}') AS counts, coalesce(l.alias_reach, 0) AS alias_reach, coalesce(l.hubs, 0) AS hubs, coalesce(l.joined, false) AS joined

// clear()
MATCH (n) WHERE NOT n:Lineward WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS removed

// contributions(replacing=True)
UNWIND $ids AS id MATCH (n:Entity {id: id}) UNWIND $asks[n.id] AS at CALL (n, at) { UNWIND n.contributors AS job CALL (n, at, job) { MATCH (c:Contribution) WHERE c.target = n.id AND c.job = job AND c.at <= at AND c.run >= '' AND c.tie >= '' AND c.known_from <= $known_at RETURN c ORDER BY c.target DESC, c.job DESC, c.at DESC, c.run DESC, c.tie DESC LIMIT $newest } RETURN c UNION MATCH (c:Contribution) WHERE c.replaced = n.id AND c.at <= at AND c.run >= '' AND c.tie >= '' AND c.job >= '' AND c.known_from <= $known_at RETURN c ORDER BY c.replaced DESC, c.at DESC, c.run DESC, c.tie DESC, c.job DESC LIMIT $newest } WITH DISTINCT c RETURN c.target, c.job, c.at, c.run, c.how, c.tie, c.known_from, c.replaced

// contributions(replacing=False)
UNWIND $ids AS id MATCH (n:Entity {id: id}) UNWIND $asks[n.id] AS at CALL (n, at) { UNWIND n.contributors AS job CALL (n, at, job) { MATCH (c:Contribution) WHERE c.target = n.id AND c.job = job AND c.at <= at AND c.run >= '' AND c.tie >= '' AND c.known_from <= $known_at RETURN c ORDER BY c.target DESC, c.job DESC, c.at DESC, c.run DESC, c.tie DESC LIMIT $newest } RETURN c } WITH DISTINCT c RETURN c.target, c.job, c.at, c.run, c.how, c.tie, c.known_from, c.replaced

// covered()
UNWIND $rows AS row WITH row WHERE EXISTS { MATCH (s:HubShape) WHERE s.digest = row.digest AND s.last_entry <= row.first_entry AND s.last_at <= row.first_at } RETURN row.place AS place

// create_edges(kind='READ', restated=False)
UNWIND $rows AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target}) CREATE (a)-[e:READ]->(b) SET e = row.said, e.said_at = CASE WHEN row.said.valid_from IS NULL THEN null ELSE datetime({epochMillis: row.said.valid_from / 1000}) END RETURN count(e) AS written

// create_edges(kind='READ', restated=True)
UNWIND $rows AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target}) CREATE (a)-[e:READ_RESTATED]->(b) SET e = row.said, e.said_at = CASE WHEN row.said.valid_from IS NULL THEN null ELSE datetime({epochMillis: row.said.valid_from / 1000}) END RETURN count(e) AS written

// create_edges(kind='EXECUTED', restated=False)
UNWIND $rows AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target}) CREATE (a)-[e:EXECUTED]->(b) SET e = row.said, e.said_at = CASE WHEN row.said.valid_from IS NULL THEN null ELSE datetime({epochMillis: row.said.valid_from / 1000}) END RETURN count(e) AS written

// create_flows()
UNWIND $rows AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target}) CREATE (a)-[f:FEEDS]->(b) SET f = row.said RETURN count(f) AS written

// create_inlets()
UNWIND $rows AS row MATCH (a:Entity {id: row.end}) MATCH (h:Hub {key: row.hub}) CREATE (a)-[f:FEEDS]->(h) SET f = row.said RETURN count(f) AS written

// create_nodes(name='Dataset')
UNWIND $rows AS row CREATE (n:Entity:Dataset) SET n = row RETURN count(n) AS written

// create_outlets()
UNWIND $rows AS row MATCH (a:Entity {id: row.end}) MATCH (h:Hub {key: row.hub}) CREATE (h)-[f:FEEDS]->(a) SET f = row.said RETURN count(f) AS written

// create_quarantined()
UNWIND $rows AS row CREATE (q:Quarantined) SET q = row RETURN count(q) AS written

// create_statements()
UNWIND $rows AS row MATCH (n:Entity {id: row.subject}) CREATE (s:Statement)-[:IS_ABOUT]->(n) SET s = row, s.said_at = datetime({epochMillis: row.valid_from / 1000}) RETURN count(s) AS written

// create_values()
UNWIND $rows AS row MERGE (v:Value {digest: row.digest}) ON CREATE SET v.text = row.text RETURN count(v) AS written

// degrees(direction='out')
UNWIND $ids AS id MATCH (n:Entity {id: id}) OPTIONAL MATCH (n)-[:FEEDS]->(h:Hub) WITH n, sum(coalesce(h.outlets, 0)) AS joined RETURN n.id AS id, joined + COUNT { (n)-[:FEEDS]->(:Entity) } AS most

// degrees(direction='in')
UNWIND $ids AS id MATCH (n:Entity {id: id}) OPTIONAL MATCH (n)<-[:FEEDS]-(h:Hub) WITH n, sum(coalesce(h.inlets, 0)) AS joined RETURN n.id AS id, joined + COUNT { (n)<-[:FEEDS]-(:Entity) } AS most

// edges(kinds=['READ', 'EXECUTED'], direction='out')
UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)-[e:EXECUTED|READ|READ_RESTATED]->() WHERE e.known_from <= $known_at AND coalesce(e.valid_from, $valid_at) <= $valid_at RETURN type(e) AS type, startNode(e).id AS source, endNode(e).id AS target, e.value AS value, e.run AS run, e.job AS job, e.valid_from AS valid_from, e.rank AS rank, e.tie AS tie, e.known_from AS entry, e.by AS by, e.authenticated AS authenticated

// edges(kinds=['WROTE'], direction='in')
UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)<-[e:WROTE|WROTE_RESTATED]-() WHERE e.known_from <= $known_at AND coalesce(e.valid_from, $valid_at) <= $valid_at RETURN type(e) AS type, startNode(e).id AS source, endNode(e).id AS target, e.value AS value, e.run AS run, e.job AS job, e.valid_from AS valid_from, e.rank AS rank, e.tie AS tie, e.known_from AS entry, e.by AS by, e.authenticated AS authenticated

// edges(kinds=['IS_ALIAS_OF'], direction='both')
UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)-[e:IS_ALIAS_OF|IS_ALIAS_OF_RESTATED]-() WHERE e.known_from <= $known_at AND coalesce(e.valid_from, $valid_at) <= $valid_at RETURN type(e) AS type, startNode(e).id AS source, endNode(e).id AS target, e.value AS value, e.run AS run, e.job AS job, e.valid_from AS valid_from, e.rank AS rank, e.tie AS tie, e.known_from AS entry, e.by AS by, e.authenticated AS authenticated

// end_clearing()
MATCH (l:Lineward {name: 'graph'}) DELETE l

// existing()
UNWIND $ids AS id MATCH (n:Entity {id: id}) RETURN n.id AS id, n.known_from IS NOT NULL AS named

// find(labels=['Dataset'], text=False, after=False)
MATCH (n:Dataset) WHERE n.known_from IS NOT NULL AND all(allowed IN $filters WHERE any(f IN coalesce(n.search_facets, []) WHERE f IN allowed)) AND all(name IN $has WHERE (name IN coalesce(n.search_has, []) OR any(f IN coalesce(n.search_facets, []) WHERE f STARTS WITH name + '='))) AND none(name IN $missing WHERE (name IN coalesce(n.search_has, []) OR any(f IN coalesce(n.search_facets, []) WHERE f STARTS WITH name + '='))) WITH collect({title: n.title, id: n.id, label: split(n.id, ':')[0], facets: coalesce(n.search_facets, [])}) AS found CALL (found) { UNWIND found AS hit WITH hit ORDER BY hit.title, hit.id LIMIT $first RETURN collect(hit.id) AS page } CALL (found) { UNWIND found AS hit UNWIND hit.facets AS facet WITH facet WHERE any(name IN $facets WHERE facet STARTS WITH name + '=') WITH facet, count(*) AS counted RETURN collect([facet, counted]) AS facets } CALL (found) { UNWIND found AS hit WITH hit.label AS label, count(*) AS counted RETURN collect([label, counted]) AS labels } RETURN size(found) AS total, page, facets, labels

// find(labels=['Job', 'Dataset'], text=True, after=True)
CALL db.index.fulltext.queryNodes('search', $text) YIELD node AS n WITH n WHERE (n:Dataset OR n:Job) AND n.known_from IS NOT NULL AND all(allowed IN $filters WHERE any(f IN coalesce(n.search_facets, []) WHERE f IN allowed)) AND all(name IN $has WHERE (name IN coalesce(n.search_has, []) OR any(f IN coalesce(n.search_facets, []) WHERE f STARTS WITH name + '='))) AND none(name IN $missing WHERE (name IN coalesce(n.search_has, []) OR any(f IN coalesce(n.search_facets, []) WHERE f STARTS WITH name + '='))) WITH collect({title: n.title, id: n.id, label: split(n.id, ':')[0], facets: coalesce(n.search_facets, [])}) AS found CALL (found) { UNWIND found AS hit WITH hit WHERE hit.title > $title OR (hit.title = $title AND hit.id > $id) ORDER BY hit.title, hit.id LIMIT $first RETURN collect(hit.id) AS page } CALL (found) { UNWIND found AS hit UNWIND hit.facets AS facet WITH facet WHERE any(name IN $facets WHERE facet STARTS WITH name + '=') WITH facet, count(*) AS counted RETURN collect([facet, counted]) AS facets } CALL (found) { UNWIND found AS hit WITH hit.label AS label, count(*) AS counted RETURN collect([label, counted]) AS labels } RETURN size(found) AS total, page, facets, labels

// flow_times()
UNWIND $rows AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target}) MATCH (a)-[f:FEEDS]->(b) WHERE coalesce(f.job, '') = row.job AND f.how = row.how RETURN row.place AS place, min(f.valid_from) AS valid_from

// flows(direction='out')
UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { MATCH (n)-[f:FEEDS]->(m:Entity) WHERE f.valid_from <= $valid_at AND f.known_from <= $known_at RETURN n.id AS source, m.id AS target, f.job AS job, f.how AS how, f.valid_from AS valid_from, f.known_from AS known_from UNION ALL MATCH (n)-[i:FEEDS]->(h:Hub) MATCH (h)-[o:FEEDS]->(m:Entity) WHERE i.valid_from <= $valid_at AND i.known_from <= $known_at AND o.valid_from <= $valid_at AND o.known_from <= $known_at RETURN n.id AS source, m.id AS target, o.job AS job, o.how AS how, CASE WHEN i.valid_from > o.valid_from THEN i.valid_from ELSE o.valid_from END AS valid_from, CASE WHEN i.known_from > o.known_from THEN i.known_from ELSE o.known_from END AS known_from } RETURN source, target, job, how, valid_from, known_from

// flows(direction='in')
UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { MATCH (n)<-[f:FEEDS]-(m:Entity) WHERE f.valid_from <= $valid_at AND f.known_from <= $known_at RETURN m.id AS source, n.id AS target, f.job AS job, f.how AS how, f.valid_from AS valid_from, f.known_from AS known_from UNION ALL MATCH (n)<-[o:FEEDS]-(h:Hub) MATCH (h)<-[i:FEEDS]-(m:Entity) WHERE i.valid_from <= $valid_at AND i.known_from <= $known_at AND o.valid_from <= $valid_at AND o.known_from <= $known_at RETURN m.id AS source, n.id AS target, o.job AS job, o.how AS how, CASE WHEN i.valid_from > o.valid_from THEN i.valid_from ELSE o.valid_from END AS valid_from, CASE WHEN i.known_from > o.known_from THEN i.known_from ELSE o.known_from END AS known_from } RETURN source, target, job, how, valid_from, known_from

// history()
UNWIND $rows AS row MATCH (s:Statement {subject: row.subject, aspect: row.aspect}) WHERE s.valid_from >= $always RETURN s.subject AS subject, s.aspect AS aspect, s.role AS role, s.run AS run, s.valid_from AS valid_from, s.rank AS rank, s.tie AS tie, s.known_from AS entry, s.id AS place

// hold()
UNWIND $rows AS row MATCH (n:Entity {id: row.subject}) MATCH (s:Statement {id: row.statement}) CREATE (s)-[h:IS_IN_FORCE_FOR {aspect: row.aspect, spoken: row.spoken, since: row.since}]->(n) RETURN count(h) AS written

// holders()
UNWIND $rows AS row MATCH (n:Entity {id: row.subject})<-[h:IS_IN_FORCE_FOR]-(s:Statement) WHERE h.aspect IN row.aspects RETURN s.subject AS subject, s.aspect AS aspect, s.role AS role, s.run AS run, s.valid_from AS valid_from, s.rank AS rank, s.tie AS tie, s.known_from AS entry, s.id AS place, h.spoken AS spoken, h.since AS since

// hubs_stored()
UNWIND $keys AS key MATCH (h:Hub {key: key}) RETURN h.key AS key

// in_force()
UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)<-[h:IS_IN_FORCE_FOR]-(s:Statement) OPTIONAL MATCH (v:Value {digest: s.digest}) WITH n, h, s, coalesce(s.value, v.text) AS value WHERE value IS NOT NULL RETURN h.since, n.id, h.aspect, value, s.role, s.run, s.job, s.valid_from, s.rank, s.tie, s.known_from, s.by, s.authenticated

// joined_contributions()
UNWIND $ids AS id MATCH (o:Output {target: id}) WHERE o.known_from <= $known_at UNWIND $asks[id] AS at CALL (o, at) { MATCH (m:Moment) WHERE m.run = o.run AND m.at <= at AND m.known_from <= $known_at RETURN m ORDER BY m.run DESC, m.at DESC LIMIT $newest } RETURN DISTINCT o.target, o.job, m.at, o.run, CASE WHEN o.known_from > m.known_from THEN o.known_from ELSE m.known_from END, o.replaces

// lock()
MERGE (l:Lineward {name: 'graph'}) SET l.locked = true RETURN coalesce(l.checkpoint, -1) AS checkpoint, coalesce(l.counts, '{}') AS counts, coalesce(l.alias_reach, 0) AS alias_reach, coalesce(l.hubs, 0) AS hubs, coalesce(l.joined, false) AS joined

// mark()
MERGE (l:Lineward {name: 'graph'}) SET l.version = $version

// merge_contributions()
UNWIND $rows AS row MERGE (c:Contribution {key: row.key}) ON CREATE SET c = row ON MATCH SET c.known_from = CASE WHEN row.known_from < c.known_from THEN row.known_from ELSE c.known_from END, c.replaced = coalesce(row.replaced, c.replaced) RETURN count(c) AS written

// merge_hubs()
UNWIND $rows AS row MERGE (h:Hub {key: row.key}) SET h.inlets = coalesce(h.inlets, 0) + row.inlets, h.outlets = coalesce(h.outlets, 0) + row.outlets RETURN count(h) AS written

// merge_moments()
UNWIND $rows AS row MERGE (m:Moment {key: row.key}) ON CREATE SET m = row ON MATCH SET m.known_from = CASE WHEN row.known_from < m.known_from THEN row.known_from ELSE m.known_from END RETURN count(m) AS written

// merge_outputs()
UNWIND $rows AS row MERGE (o:Output {key: row.key}) ON CREATE SET o = row ON MATCH SET o.known_from = CASE WHEN row.known_from < o.known_from THEN row.known_from ELSE o.known_from END, o.replaces = o.replaces OR row.replaces RETURN count(o) AS written

// merge_shapes()
UNWIND $rows AS row MERGE (s:HubShape {key: row.key}) ON CREATE SET s = row RETURN count(s) AS written

// moments()
UNWIND $ids AS id MATCH (s:Statement {subject: id, aspect: 'event'}) WHERE s.valid_from >= $always AND s.rank IN $ranks RETURN id AS run, s.rank AS rank, s.valid_from AS at, min(s.known_from) AS entry

// name_nodes()
UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n += row RETURN count(n) AS written

// neighbours(direction='out')
CALL () { UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)-[f:FEEDS]->(m:Entity) WHERE f.valid_from <= $valid_at AND f.known_from <= $known_at RETURN m UNION UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)-[i:FEEDS]->(h:Hub) WHERE i.valid_from <= $valid_at AND i.known_from <= $known_at WITH DISTINCT h MATCH (h)-[o:FEEDS]->(m:Entity) WHERE o.valid_from <= $valid_at AND o.known_from <= $known_at RETURN m } RETURN m.id AS id

// neighbours(direction='in')
CALL () { UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)<-[f:FEEDS]-(m:Entity) WHERE f.valid_from <= $valid_at AND f.known_from <= $known_at RETURN m UNION UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)<-[i:FEEDS]-(h:Hub) WHERE i.valid_from <= $valid_at AND i.known_from <= $known_at WITH DISTINCT h MATCH (h)<-[o:FEEDS]-(m:Entity) WHERE o.valid_from <= $valid_at AND o.known_from <= $known_at RETURN m } RETURN m.id AS id

// nodes()
UNWIND $ids AS id MATCH (n:Entity {id: id}) WHERE n.known_from <= $known_at RETURN n.id AS id, n.known_from AS entry, n.key AS key

// outputs()
UNWIND $rows AS row MATCH (s:Statement) WHERE s.waits_for = row.run AND s.valid_from > row.after AND s.valid_from <= row.until RETURN DISTINCT s.subject AS subject, s.aspect AS aspect, s.role AS role, s.run AS run, s.valid_from AS valid_from, s.rank AS rank, s.tie AS tie, s.known_from AS entry, s.id AS place

// quarantined()
MATCH (q:Quarantined) RETURN q.entry, q.kind, q.subjects, q.reason ORDER BY q.entry

// reach(direction='out', depth=3)
UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)-[:FEEDS*0..3]->(m:Entity) RETURN DISTINCT m.id AS id LIMIT $limit

// reach(direction='in', depth=41)
UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)<-[:FEEDS*0..41]-(m:Entity) RETURN DISTINCT m.id AS id LIMIT $limit

// release()
UNWIND $rows AS row MATCH (n:Entity {id: row.subject})<-[h:IS_IN_FORCE_FOR]-() WHERE h.aspect = row.aspect DELETE h RETURN count(h) AS written

// run_stamps()
UNWIND $ids AS id MATCH (r:Entity {id: id}) WHERE r.newest_entry IS NOT NULL RETURN r.id AS id, r.newest_entry AS entry

// run_states()
UNWIND $rows AS row MATCH (r:Entity {id: row.id}) SET r += row, r.started_at = datetime({epochMillis: coalesce(row.start_event_at, row.first_event_at) / 1000}), r.ended_at = CASE WHEN row.end_event_at IS NULL THEN null ELSE datetime({epochMillis: row.end_event_at / 1000}) END RETURN count(r) AS written

// run_states_of()
UNWIND $ids AS id MATCH (r:Entity {id: id}) WHERE r.first_event_at IS NOT NULL RETURN r.id AS id, r.first_event_at AS first_at, r.start_event_at AS started_at, r.end_event_at AS ended_at, r.end_rank AS ended_rank, r.end_tie AS ended_tie, r.state AS state, r.streams AS streams, r.newest_entry AS entry, coalesce(r.moments, 0) AS moments, coalesce(r.joined, false) AS joined

// sayings(kind='READ')
UNWIND $rows AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target}) MATCH (a)-[e:READ]->(b) WHERE coalesce(e.job, '') = row.job AND coalesce(e.replaces, false) = row.replaces RETURN row.place AS place, min(coalesce(e.valid_from, $always)) AS valid_from

// scan_current()
MATCH (n)<-[h:IS_IN_FORCE_FOR]-(s:Statement) OPTIONAL MATCH (v:Value {digest: s.digest}) WITH n, h, s, coalesce(s.value, v.text) AS value WHERE value IS NOT NULL RETURN n.id, h.aspect, value, h.since, s.known_from

// scan_edges()
MATCH ()-[e:ASSESSED|ASSESSED_RESTATED|ATTESTED|ATTESTED_RESTATED|BUILT_FROM|BUILT_FROM_RESTATED|BUILT_IN|BUILT_IN_RESTATED|CAPTURES|CONCERNS|CONCERNS_RESTATED|CONSUMES|CONSUMES_RESTATED|COVERS|COVERS_RESTATED|DECIDED|DECIDED_RESTATED|EVALUATED_ON|EVALUATED_ON_RESTATED|EXECUTED|GENERATED|GENERATED_RESTATED|HAS_COLUMN|IS_ALIAS_OF|IS_ALIAS_OF_RESTATED|IS_HELD_AT|IS_HELD_AT_RESTATED|IS_PART_OF|IS_PART_OF_RESTATED|IS_TAGGED|IS_TAGGED_RESTATED|IS_VERSION_OF|MEASURED_ON|MEASURED_ON_RESTATED|PRODUCED|PRODUCED_RESTATED|PRODUCES|PRODUCES_RESTATED|RAN|RAN_RESTATED|RAN_IN|RAN_IN_RESTATED|READ|READ_RESTATED|REGISTERED|REGISTERED_RESTATED|REQUESTED|REQUESTED_RESTATED|SEALED|SEALED_RESTATED|SUPPLIES|SUPPLIES_RESTATED|TRAINED_ON|TRAINED_ON_RESTATED|USED|USED_RESTATED|VERIFIED|VERIFIED_RESTATED|WROTE|WROTE_RESTATED]->() RETURN type(e) AS type, startNode(e).id AS source, endNode(e).id AS target, e.value AS value, e.run AS run, e.job AS job, e.valid_from AS valid_from, e.rank AS rank, e.tie AS tie, e.known_from AS entry, e.by AS by, e.authenticated AS authenticated

// scan_nodes()
MATCH (n:Entity) WHERE n.known_from IS NOT NULL RETURN n.id AS id, n.known_from AS entry, n.key AS key

// scan_statements()
MATCH (s:Statement) OPTIONAL MATCH (v:Value {digest: s.digest}) RETURN s.subject, s.aspect, coalesce(s.value, v.text), s.role, s.run, s.job, s.valid_from, s.rank, s.tie, s.known_from, s.by, s.authenticated

// schema()
CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT statement_id IF NOT EXISTS FOR (n:Statement) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT value_digest IF NOT EXISTS FOR (n:Value) REQUIRE n.digest IS UNIQUE;
CREATE CONSTRAINT hub_key IF NOT EXISTS FOR (n:Hub) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT hubshape_key IF NOT EXISTS FOR (n:HubShape) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT output_key IF NOT EXISTS FOR (n:Output) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT moment_key IF NOT EXISTS FOR (n:Moment) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT contribution_key IF NOT EXISTS FOR (n:Contribution) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT quarantined_entry IF NOT EXISTS FOR (n:Quarantined) REQUIRE n.entry IS UNIQUE;
CREATE CONSTRAINT lineward_name IF NOT EXISTS FOR (n:Lineward) REQUIRE n.name IS UNIQUE;
CREATE INDEX source_key IF NOT EXISTS FOR (n:Source) ON (n.name);
CREATE INDEX dataset_key IF NOT EXISTS FOR (n:Dataset) ON (n.namespace, n.name);
CREATE INDEX column_key IF NOT EXISTS FOR (n:Column) ON (n.namespace, n.dataset, n.name);
CREATE INDEX snapshot_key IF NOT EXISTS FOR (n:Snapshot) ON (n.namespace, n.dataset, n.version);
CREATE INDEX job_key IF NOT EXISTS FOR (n:Job) ON (n.namespace, n.name);
CREATE INDEX run_key IF NOT EXISTS FOR (n:Run) ON (n.run_id);
CREATE INDEX coderevision_key IF NOT EXISTS FOR (n:CodeRevision) ON (n.repository, n.revision);
CREATE INDEX environment_key IF NOT EXISTS FOR (n:Environment) ON (n.digest);
CREATE INDEX phitag_key IF NOT EXISTS FOR (n:PhiTag) ON (n.kind);
CREATE INDEX model_key IF NOT EXISTS FOR (n:Model) ON (n.namespace, n.name);
CREATE INDEX modelversion_key IF NOT EXISTS FOR (n:ModelVersion) ON (n.namespace, n.model, n.version);
CREATE INDEX evaluation_key IF NOT EXISTS FOR (n:Evaluation) ON (n.namespace, n.model, n.version, n.snapshot);
CREATE INDEX approval_key IF NOT EXISTS FOR (n:Approval) ON (n.request);
CREATE INDEX attestation_key IF NOT EXISTS FOR (n:Attestation) ON (n.entry);
CREATE INDEX principal_key IF NOT EXISTS FOR (n:Principal) ON (n.name);
CREATE INDEX site_key IF NOT EXISTS FOR (n:Site) ON (n.name);
CREATE INDEX statement_history IF NOT EXISTS FOR (s:Statement) ON (s.subject, s.aspect, s.valid_from);
CREATE INDEX statement_waiting IF NOT EXISTS FOR (s:Statement) ON (s.waits_for, s.valid_from);
CREATE INDEX output_of IF NOT EXISTS FOR (o:Output) ON (o.target);
CREATE INDEX moment_newest IF NOT EXISTS FOR (m:Moment) ON (m.run, m.at);
CREATE INDEX hub_shape IF NOT EXISTS FOR (s:HubShape) ON (s.digest, s.last_entry, s.last_at);
CREATE INDEX contribution_newest IF NOT EXISTS FOR (c:Contribution) ON (c.target, c.job, c.at, c.run, c.tie);
CREATE INDEX contribution_bound IF NOT EXISTS FOR (c:Contribution) ON (c.replaced, c.at, c.run, c.tie, c.job);
CREATE FULLTEXT INDEX search IF NOT EXISTS FOR (n:Source|Dataset|Column|Snapshot|Job|Run|CodeRevision|Environment|PhiTag|Model|ModelVersion|Evaluation|Approval|Attestation|Principal|Site) ON EACH [n.search_key, n.search_schema, n.search_documentation, n.search_ownership, n.search_tags, n.search_sql, n.search_owner, n.search_source_system, n.search_clinical_purpose, n.search_registration, n.search_principal] OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}};
CALL db.awaitIndexes(120)

// show()
UNWIND $rows AS row MATCH (n:Entity {id: row.subject}) SET n += row.properties, n.search_facets = [f IN coalesce(n.search_facets, []) WHERE NOT f IN row.lost] + row.won, n.search_has = [a IN coalesce(n.search_has, []) WHERE NOT a IN row.aspects] + row.has WITH n, [f IN n.search_facets WHERE f STARTS WITH 'phi=' | substring(f, 4)] AS phi SET n.phi = CASE WHEN size(phi) > 0 THEN phi END RETURN count(n) AS written

// statements(aspects=True)
UNWIND $ids AS id UNWIND $aspects AS aspect MATCH (s:Statement {subject: id, aspect: aspect}) WHERE s.valid_from >= $always AND s.valid_from <= $valid_at AND s.known_from <= $known_at OPTIONAL MATCH (v:Value {digest: s.digest}) RETURN s.subject, s.aspect, coalesce(s.value, v.text), s.role, s.run, s.job, s.valid_from, s.rank, s.tie, s.known_from, s.by, s.authenticated

// statements(aspects=False)
UNWIND $ids AS id MATCH (s:Statement {subject: id}) WHERE s.aspect >= '' AND s.valid_from >= $always AND s.valid_from <= $valid_at AND s.known_from <= $known_at OPTIONAL MATCH (v:Value {digest: s.digest}) RETURN s.subject, s.aspect, coalesce(s.value, v.text), s.role, s.run, s.job, s.valid_from, s.rank, s.tie, s.known_from, s.by, s.authenticated

// texts()
UNWIND $ids AS id MATCH (s:Statement {id: id}) OPTIONAL MATCH (v:Value {digest: s.digest}) RETURN s.id AS id, coalesce(s.value, v.text) AS value

// version()
MATCH (l:Lineward {name: 'graph'}) RETURN l.version AS version, coalesce(l.clearing, false) AS clearing
