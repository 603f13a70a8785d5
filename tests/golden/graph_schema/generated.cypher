// schema.advance()
MATCH (l:Lineward {name: 'graph'}) SET l.checkpoint = $checkpoint, l.counts = $counts, l.rows = $rows, l.alias_reach = $alias_reach, l.indexes = $indexes, l.numbers = $numbers, l.filling = $filling, l.sets = $sets, l.touched = $touched REMOVE l.locked

// schema.begin_clearing()
MERGE (l:Lineward {name: 'graph'}) SET l.clearing = true, l.checkpoint = -1, l.counts = '{}', l.rows = '{}', l.alias_reach = 0, l.indexes = '{}', l.numbers = '{}', l.filling = '' REMOVE l.begun

// schema.clear()
MATCH (n) WHERE NOT n:Lineward WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS removed

// schema.end_clearing()
MATCH (l:Lineward) DELETE l

// schema.lock()
MERGE (l:Lineward {name: 'graph'}) ON CREATE SET l.begun = randomUUID() SET l.locked = true RETURN coalesce(l.checkpoint, -1) AS checkpoint, coalesce(l.counts, '{}') AS counts, coalesce(l.rows, '{}') AS rows, coalesce(l.alias_reach, 0) AS alias_reach, coalesce(l.indexes, '{}') AS indexes, coalesce(l.numbers, '{}') AS numbers, coalesce(l.filling, '') AS filling, coalesce(l.begun, '') AS begun, coalesce(l.sets, '{}') AS sets, coalesce(l.touched, 0) AS touched

// schema.mark()
MERGE (l:Lineward {name: 'graph'}) ON CREATE SET l.begun = randomUUID() SET l.version = $version

// schema.schema(tables=(node effect, arrow flow, arrow contribution, properties run_state), lookups=(('Run', 'run_id')))
CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT record_id IF NOT EXISTS FOR (n:Record) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT content_digest IF NOT EXISTS FOR (n:Content) REQUIRE n.digest IS UNIQUE;
CREATE CONSTRAINT value_digest IF NOT EXISTS FOR (n:Value) REQUIRE n.digest IS UNIQUE;
CREATE CONSTRAINT quarantined_entry IF NOT EXISTS FOR (n:Quarantined) REQUIRE n.entry IS UNIQUE;
CREATE CONSTRAINT lineward_name IF NOT EXISTS FOR (n:Lineward) REQUIRE n.name IS UNIQUE;
CREATE INDEX source_key IF NOT EXISTS FOR (n:Source) ON (n.name);
CREATE INDEX dataset_key IF NOT EXISTS FOR (n:Dataset) ON (n.namespace, n.name);
CREATE INDEX column_key IF NOT EXISTS FOR (n:Column) ON (n.namespace, n.dataset, n.name);
CREATE INDEX snapshot_key IF NOT EXISTS FOR (n:Snapshot) ON (n.namespace, n.dataset, n.version);
CREATE INDEX job_key IF NOT EXISTS FOR (n:Job) ON (n.namespace, n.name);
CREATE INDEX run_key IF NOT EXISTS FOR (n:Run) ON (n.job_namespace, n.job, n.run_id);
CREATE INDEX coderevision_key IF NOT EXISTS FOR (n:CodeRevision) ON (n.repository, n.revision);
CREATE INDEX environment_key IF NOT EXISTS FOR (n:Environment) ON (n.digest);
CREATE INDEX phitag_key IF NOT EXISTS FOR (n:PhiTag) ON (n.kind);
CREATE INDEX model_key IF NOT EXISTS FOR (n:Model) ON (n.namespace, n.name);
CREATE INDEX modelversion_key IF NOT EXISTS FOR (n:ModelVersion) ON (n.namespace, n.model, n.version);
CREATE INDEX evaluation_key IF NOT EXISTS FOR (n:Evaluation) ON (n.namespace, n.model, n.version, n.snapshot);
CREATE INDEX approval_key IF NOT EXISTS FOR (n:Approval) ON (n.request);
CREATE INDEX attestation_key IF NOT EXISTS FOR (n:Attestation) ON (n.entry);
CREATE INDEX principal_key IF NOT EXISTS FOR (n:Principal) ON (n.name);
CREATE INDEX mapping_key IF NOT EXISTS FOR (n:Mapping) ON (n.name);
CREATE INDEX safeuse_key IF NOT EXISTS FOR (n:SafeUse) ON (n.question);
CREATE INDEX finding_key IF NOT EXISTS FOR (n:Finding) ON (n.rule, n.subject);
CREATE INDEX site_key IF NOT EXISTS FOR (n:Site) ON (n.name);
CREATE INDEX encryptionkey_key IF NOT EXISTS FOR (n:EncryptionKey) ON (n.key_id);
CREATE INDEX signingkey_key IF NOT EXISTS FOR (n:SigningKey) ON (n.fingerprint);
CREATE INDEX deployment_key IF NOT EXISTS FOR (n:Deployment) ON (n.ledger_index);
CREATE INDEX place_key IF NOT EXISTS FOR (n:Place) ON (n.name);
CREATE INDEX usestatement_key IF NOT EXISTS FOR (n:UseStatement) ON (n.statement);
CREATE INDEX policyset_key IF NOT EXISTS FOR (n:PolicySet) ON (n.digest);
CREATE INDEX project_key IF NOT EXISTS FOR (n:Project) ON (n.name);
CREATE INDEX protocol_key IF NOT EXISTS FOR (n:Protocol) ON (n.name);
CREATE INDEX transfer_key IF NOT EXISTS FOR (n:Transfer) ON (n.ledger_index);
CREATE INDEX undertaking_key IF NOT EXISTS FOR (n:Undertaking) ON (n.ledger_index);
CREATE INDEX division_key IF NOT EXISTS FOR (n:Division) ON (n.ledger_index);
CREATE INDEX namespacerule_key IF NOT EXISTS FOR (n:NamespaceRule) ON (n.name);
CREATE INDEX record_of_run IF NOT EXISTS FOR (r:Record) ON (r.run, r.valid_from);
CREATE INDEX row_effect_key IF NOT EXISTS FOR (r:Effect) ON (r.run, r.at);
CREATE INDEX row_effect_order_0 IF NOT EXISTS FOR (r:Effect) ON (r.at, r.run);
CREATE INDEX row_contribution_key IF NOT EXISTS FOR ()-[r:CONTRIBUTED_TO]-() ON (r.target, r.at, r.run);
CREATE INDEX lookup_run_run_id IF NOT EXISTS FOR (n:Run) ON (n.lookup_run_id);
DROP INDEX search IF EXISTS;
DROP INDEX terms IF EXISTS;
DROP INDEX dataset_title IF EXISTS;
DROP INDEX job_title IF EXISTS;
DROP INDEX snapshot_title IF EXISTS;
DROP INDEX model_title IF EXISTS;
DROP INDEX modelversion_title IF EXISTS;
CREATE INDEX entity_search_number IF NOT EXISTS FOR (n:Entity) ON (n.search_number);
CREATE INDEX entity_search_name IF NOT EXISTS FOR (n:Entity) ON (n.search_name);
CREATE INDEX entity_search_digits IF NOT EXISTS FOR (n:Entity) ON (n.search_digits);
CREATE INDEX dataset_order IF NOT EXISTS FOR (n:Dataset) ON (n.title, n.id, n.search_number);
CREATE INDEX job_order IF NOT EXISTS FOR (n:Job) ON (n.title, n.id, n.search_number);
CREATE INDEX snapshot_order IF NOT EXISTS FOR (n:Snapshot) ON (n.title, n.id, n.search_number);
CREATE INDEX model_order IF NOT EXISTS FOR (n:Model) ON (n.title, n.id, n.search_number);
CREATE INDEX modelversion_order IF NOT EXISTS FOR (n:ModelVersion) ON (n.title, n.id, n.search_number);
CALL db.awaitIndexes(120)

// schema.size()
CALL () { MATCH (n) RETURN count(n) AS n } CALL () { MATCH ()-[r]->() RETURN count(r) AS r } RETURN n, r

// schema.state()
MATCH (l:Lineward {name: 'graph'}) RETURN coalesce(l.checkpoint, -1) AS checkpoint, coalesce(l.counts, '{}') AS counts, coalesce(l.rows, '{}') AS rows, coalesce(l.alias_reach, 0) AS alias_reach, coalesce(l.indexes, '{}') AS indexes, coalesce(l.numbers, '{}') AS numbers, coalesce(l.filling, '') AS filling, coalesce(l.begun, '') AS begun, coalesce(l.sets, '{}') AS sets, coalesce(l.touched, 0) AS touched

// schema.touch()
MATCH (l:Lineward {name: 'graph'}) SET l.checkpoint = $checkpoint, l.counts = $counts, l.rows = $rows, l.alias_reach = $alias_reach, l.indexes = $indexes, l.numbers = $numbers, l.filling = $filling, l.sets = $sets, l.touched = $touched REMOVE l.locked MERGE (t:Lineward {name: 'touched'}) SET t += $keys

// schema.touched()
MATCH (t:Lineward {name: 'touched'}) RETURN [place IN $places | t[place]] AS found

// schema.touched_since()
MATCH (l:Lineward {name: 'graph'}) OPTIONAL MATCH (t:Lineward {name: 'touched'}) WITH l, t, coalesce(l.touched, 0) AS touched, size($ring) AS kept RETURN coalesce(l.begun, '') AS begun, touched, CASE WHEN touched - $since > kept THEN [] ELSE [number IN range($since + 1, touched) | t[$ring[number % kept]]] END AS found

// schema.version()
MATCH (l:Lineward {name: 'graph'}) RETURN l.version AS version, coalesce(l.clearing, false) AS clearing

// writing.content_is_about(momentary=False)
UNWIND $rows AS row MATCH (c:Content {digest: row.of}) MATCH (n:Entity {id: row.node}) CREATE (c)-[a:IS_ABOUT]->(n) SET a = row.what RETURN count(a) AS written

// writing.content_is_about(momentary=True)
UNWIND $rows AS row MATCH (c:Content {digest: row.of}) MATCH (n:Entity {id: row.node}) CREATE (c)-[a:IS_MOMENT_OF]->(n) SET a = row.what RETURN count(a) AS written

// writing.create_contents()
UNWIND $rows AS row CREATE (c:Content) SET c = row RETURN count(c) AS written

// writing.create_nodes(name='Dataset')
UNWIND $rows AS row CREATE (n:Entity:Dataset) SET n = row RETURN count(n) AS written

// writing.create_quarantined()
UNWIND $rows AS row CREATE (q:Quarantined) SET q = row RETURN count(q) AS written

// writing.create_records()
UNWIND $rows AS row MATCH (c:Content {digest: row.content}) CREATE (r:Record)-[s:STATES]->(c) SET r = row.record, r.stated_at = datetime({epochMillis: row.record.valid_from / 1000}) RETURN count(s) AS written

// writing.create_single_records()
UNWIND $rows AS row CREATE (r:Record) SET r = row.record, r.stated_at = datetime({epochMillis: row.record.valid_from / 1000}) RETURN count(r) AS written

// writing.create_values()
UNWIND $rows AS row CREATE (v:Value) SET v = row RETURN count(v) AS written

// writing.existing()
UNWIND $ids AS id MATCH (n:Entity {id: id}) RETURN collect([n.id, n.known_from IS NOT NULL, n.search_number]) AS found

// writing.existing_contents()
UNWIND $digests AS digest MATCH (c:Content {digest: digest}) RETURN collect(c.digest) AS found

// writing.existing_values()
UNWIND $digests AS digest MATCH (v:Value {digest: digest}) RETURN collect(v.digest) AS found

// writing.hide()
MATCH (n:Entity) WHERE n.search_gaps IS NOT NULL OR n.search_facets IS NOT NULL WITH n LIMIT $limit REMOVE n.search_facets, n.search_gaps, n.phi RETURN count(*) AS removed

// writing.look_up_by()
UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n += row.fields RETURN count(n) AS written

// writing.name_nodes()
UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n += row RETURN count(n) AS written

// writing.number_nodes()
UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n.search_number = row.number RETURN count(n) AS written

// writing.record_is_about(momentary=False)
UNWIND $rows AS row MATCH (r:Record {id: row.of}) MATCH (n:Entity {id: row.node}) CREATE (r)-[a:IS_ABOUT]->(n) SET a = row.what RETURN count(a) AS written

// writing.record_is_about(momentary=True)
UNWIND $rows AS row MATCH (r:Record {id: row.of}) MATCH (n:Entity {id: row.node}) CREATE (r)-[a:IS_MOMENT_OF]->(n) SET a = row.what RETURN count(a) AS written

// writing.show()
UNWIND $rows AS row MATCH (n:Entity {id: row.subject}) SET n += row.properties, n.search_facets = [f IN coalesce(n.search_facets, []) WHERE NOT f IN (row.lost + row.won)] + row.won WITH n CALL (n) { UNWIND [f IN n.search_facets WHERE f STARTS WITH 'phi='] AS facet WITH DISTINCT split(substring(facet, 4), '\u001f')[0] AS kind ORDER BY kind RETURN collect(kind) AS phi } SET n.phi = CASE WHEN size(phi) > 0 THEN phi END RETURN count(n) AS written

// writing.show_runs()
UNWIND $rows AS row MATCH (r:Entity {id: row.id}) SET r += row.properties RETURN count(r) AS written

// writing.without_number()
MATCH (n:Entity) WHERE n.search_number IS NULL WITH n ORDER BY n.id LIMIT $limit RETURN collect(n.id) AS found

// reading.alias_reach()
UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { MATCH (n)-[:IS_ALIAS_OF*0..]-(m:Entity) RETURN count(DISTINCT m) AS names } RETURN max(names) AS names

// reading.arrows(kinds=('IS_VERSION_OF'))
MATCH ()-[e:IS_VERSION_OF]->() WHERE e.entry <= $known_at RETURN collect([type(e), startNode(e).id, endNode(e).id, e.entry]) AS found

// reading.behind(name='Dataset')
RETURN COLLECT { MATCH (m:Dataset) USING INDEX SEEK m:Dataset(title, id, search_number) WHERE m.title >= $title AND m.id >= '' AND m.search_number >= 0 AND (m.title > $title OR m.id > $id) RETURN m.search_number ORDER BY m.title, m.id LIMIT 1 } AS found

// reading.column_reach(direction='in', levels=2)
UNWIND $ids AS id MATCH (n:Entity {id: id}) WITH collect(n) AS front WITH front, front AS found CALL (front) { UNWIND front AS a MATCH (a)-[:DERIVES_FROM]->(b) MATCH (b)<-[:HAS_COLUMN*0..1]-(c:Entity) RETURN collect(DISTINCT c) AS met } WITH found, [one IN met WHERE NOT one IN found][..$limit] AS front WITH front, found + front AS found CALL (front) { UNWIND front AS a MATCH (a)-[:DERIVES_FROM]->(b) MATCH (b)<-[:HAS_COLUMN*0..1]-(c:Entity) RETURN collect(DISTINCT c) AS met } WITH found, [one IN met WHERE NOT one IN found][..$limit] AS front WITH front, found + front AS found RETURN [one IN front | one.id] AS front, [one IN found | one.id] AS found

// reading.column_reach(direction='out', levels=1)
UNWIND $ids AS id MATCH (n:Entity {id: id}) WITH collect(n) AS front WITH front, front AS found CALL (front) { UNWIND front AS a MATCH (a)<-[:DERIVES_FROM]-(b) UNWIND [a, b] AS end MATCH (end)-[:HAS_COLUMN*0..1]-(c:Entity) RETURN collect(DISTINCT c) AS met } WITH found, [one IN met WHERE NOT one IN found][..$limit] AS front WITH front, found + front AS found RETURN [one IN front | one.id] AS front, [one IN found | one.id] AS found

// reading.contents()
UNWIND $digests AS digest MATCH (c:Content {digest: digest}) RETURN collect([c.digest, c.states]) AS found

// reading.every(labels=('Approval', 'Attestation'), field='every')
CALL () { UNWIND $wanted.Approval AS value MATCH (n:Approval) USING INDEX n:Approval(lookup_every) WHERE n.lookup_every = value AND n.known_from <= $known_at RETURN collect([n.id, n.known_from, n.key]) AS Approval } CALL () { UNWIND $wanted.Attestation AS value MATCH (n:Attestation) USING INDEX n:Attestation(lookup_every) WHERE n.lookup_every = value AND n.known_from <= $known_at RETURN collect([n.id, n.known_from, n.key]) AS Attestation } RETURN {Approval: Approval, Attestation: Attestation} AS found

// reading.facets()
UNWIND $ids AS id MATCH (n:Entity {id: id}) WHERE n.search_facets IS NOT NULL RETURN collect([n.id, n.search_facets]) AS found

// reading.following(name='Dataset')
UNWIND $numbers AS number MATCH (n:Entity) USING INDEX SEEK n:Entity(search_number) WHERE n.search_number = number WITH n ORDER BY n.title DESC, n.id DESC RETURN collect([n.search_number, head(COLLECT { MATCH (m:Dataset) USING INDEX SEEK m:Dataset(title, id, search_number) WHERE m.title >= n.title AND m.id >= '' AND m.search_number >= 0 AND (m.title > n.title OR m.id > n.id) RETURN m.search_number ORDER BY m.title, m.id LIMIT 1 })]) AS found

// reading.in_title_order(name='Dataset')
MATCH (n:Dataset) USING INDEX SEEK n:Dataset(title, id, search_number) WHERE n.title >= '' AND n.id >= '' AND n.search_number >= 0 WITH n ORDER BY n.title, n.id RETURN collect(n.search_number) AS found

// reading.looked_up(name='Run', field='run_id', values=True)
UNWIND $values AS value MATCH (n:Run) USING INDEX n:Run(lookup_run_id) WHERE n.lookup_run_id = value AND n.known_from <= $known_at RETURN collect([n.lookup_run_id, n.id, n.known_from, n.key]) AS found

// reading.looked_up(name='Dataset', field='folded', values=False)
MATCH (n:Dataset) USING INDEX n:Dataset(lookup_folded) WHERE n.lookup_folded IS NOT NULL AND n.known_from <= $known_at RETURN collect([n.lookup_folded, n.id, n.known_from, n.key]) AS found

// reading.moments()
UNWIND $ids AS id MATCH (r:Record) USING INDEX SEEK r:Record(run, valid_from) WHERE r.run = id AND r.valid_from >= $always AND (r.event = 'COMPLETE' OR r.names_datasets) WITH r.run AS run, CASE r.event WHEN 'COMPLETE' THEN 'COMPLETE' ELSE 'NAMED' END AS type, r.valid_from AS at, min(r.entry) AS entry RETURN collect([run, type, at, entry]) AS found

// reading.nodes()
UNWIND $ids AS id MATCH (n:Entity {id: id}) WHERE n.known_from <= $known_at RETURN collect([n.id, n.known_from, n.key]) AS found

// reading.quarantined()
MATCH (q:Quarantined) RETURN q.entry, q.kind, q.subjects, q.reason ORDER BY q.entry

// reading.reach(direction='out', depth=3)
UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)-[:FEEDS*0..3]->(m:Entity) WITH DISTINCT m LIMIT $limit RETURN collect([m.id, m.known_from, m.key]) AS found

// reading.reach(direction='in', depth=41)
UNWIND $ids AS id MATCH (n:Entity {id: id}) MATCH (n)<-[:FEEDS*0..41]-(m:Entity) WITH DISTINCT m LIMIT $limit RETURN collect([m.id, m.known_from, m.key]) AS found

// reading.records_about(which='aspects')
UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { MATCH (n)<-[a:IS_ABOUT]-(x) WHERE any(one IN a.aspects WHERE one IN $aspects) CALL (x) { WITH x AS r WHERE r:Record AND r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, null AS c UNION ALL MATCH (x)<-[:STATES]-(r:Record) WHERE r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, x AS c } RETURN r, c } WITH collect([r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest]) AS found, collect(DISTINCT c)[..16] AS stated RETURN found, [one IN stated | [one.digest, one.states]] AS contents

// reading.records_about(which='aspects', momentary=True)
UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { MATCH (n)<-[a:IS_ABOUT|IS_MOMENT_OF]-(x) WHERE any(one IN a.aspects WHERE one IN $aspects) CALL (x) { WITH x AS r WHERE r:Record AND r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, null AS c UNION ALL MATCH (x)<-[:STATES]-(r:Record) WHERE r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, x AS c } RETURN r, c } WITH collect([r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest]) AS found, collect(DISTINCT c)[..16] AS stated RETURN found, [one IN stated | [one.digest, one.states]] AS contents

// reading.records_about(which='')
UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { MATCH (n)<-[a:IS_ABOUT|IS_MOMENT_OF]-(x) CALL (x) { WITH x AS r WHERE r:Record AND r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, null AS c UNION ALL MATCH (x)<-[:STATES]-(r:Record) WHERE r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, x AS c } RETURN r, c } WITH collect([r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest]) AS found, collect(DISTINCT c)[..16] AS stated RETURN found, [one IN stated | [one.digest, one.states]] AS contents

// reading.records_about(which='kinds', having=(['READ', 'WROTE'], 'out'))
UNWIND $ids AS id MATCH (n:Entity {id: id}) WHERE EXISTS { (n)-[:READ|WROTE]->() } CALL (n) { MATCH (n)<-[a:IS_ABOUT]-(x) WHERE any(one IN a.kinds WHERE one IN $kinds) CALL (x) { WITH x AS r WHERE r:Record AND r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, null AS c UNION ALL MATCH (x)<-[:STATES]-(r:Record) WHERE r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, x AS c } RETURN r, c } WITH collect([r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest]) AS found, collect(DISTINCT c)[..16] AS stated RETURN found, [one IN stated | [one.digest, one.states]] AS contents

// reading.records_about(which='kinds', having=(['WROTE'], 'in'))
UNWIND $ids AS id MATCH (n:Entity {id: id}) WHERE EXISTS { (n)<-[:WROTE]-() } CALL (n) { MATCH (n)<-[a:IS_ABOUT]-(x) WHERE any(one IN a.kinds WHERE one IN $kinds) CALL (x) { WITH x AS r WHERE r:Record AND r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, null AS c UNION ALL MATCH (x)<-[:STATES]-(r:Record) WHERE r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, x AS c } RETURN r, c } WITH collect([r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest]) AS found, collect(DISTINCT c)[..16] AS stated RETURN found, [one IN stated | [one.digest, one.states]] AS contents

// reading.records_about(which='kinds', having=(['IS_ALIAS_OF'], 'both'))
UNWIND $ids AS id MATCH (n:Entity {id: id}) WHERE EXISTS { (n)-[:IS_ALIAS_OF]-() } CALL (n) { MATCH (n)<-[a:IS_ABOUT]-(x) WHERE any(one IN a.kinds WHERE one IN $kinds) CALL (x) { WITH x AS r WHERE r:Record AND r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, null AS c UNION ALL MATCH (x)<-[:STATES]-(r:Record) WHERE r.entry <= $known_at AND r.valid_from <= $valid_at RETURN r, x AS c } RETURN r, c } WITH collect([r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest]) AS found, collect(DISTINCT c)[..16] AS stated RETURN found, [one IN stated | [one.digest, one.states]] AS contents

// reading.records_of_runs()
UNWIND $ids AS id MATCH (r:Record) USING INDEX SEEK r:Record(run, valid_from) WHERE r.run = id AND r.valid_from >= $always AND r.entry <= $known_at AND r.valid_from <= $valid_at OPTIONAL MATCH (r)-[:STATES]->(c:Content) WITH collect([r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest]) AS found, collect(DISTINCT c)[..16] AS stated RETURN found, [one IN stated | [one.digest, one.states]] AS contents

// reading.records_within()
UNWIND $rows AS row MATCH (r:Record) USING INDEX SEEK r:Record(run, valid_from) WHERE r.run = row.run AND r.valid_from > row.after AND r.valid_from <= row.until OPTIONAL MATCH (r)-[:STATES]->(c:Content) RETURN collect([r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest]) AS found

// reading.scan_nodes()
MATCH (n:Entity) WHERE n.known_from IS NOT NULL RETURN n.id, n.known_from, n.key

// reading.scan_records()
MATCH (r:Record) WHERE r.entry > $after AND r.entry <= $until OPTIONAL MATCH (r)-[:STATES]->(c:Content) RETURN [r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest] AS found

// reading.scan_structural()
MATCH (:Entity)-[e:CAPTURES|DEPENDS_ON|EXECUTED|HAS_COLUMN|HAS_PARENT|IS_VERSION_OF]->() RETURN [type(e), startNode(e).id, endNode(e).id, e.entry] AS found

// reading.sets()
CALL () { OPTIONAL MATCH (l:Lineward {name: 'graph'}) RETURN [coalesce(l.begun, ''), coalesce(l.sets, '{}')] AS made } CALL () { UNWIND $words AS one MATCH (r:WordSet) USING INDEX SEEK r:WordSet(term, aspect, chunk) WHERE r.term STARTS WITH one AND r.aspect >= '' AND r.chunk >= 0 WITH one, r.aspect = '' AS of_key, collect(CASE WHEN r.bits IS :: INTEGER THEN r.bits END) AS single, collect(CASE WHEN NOT r.bits IS :: INTEGER THEN [r.chunk, r.bits] END) AS several RETURN collect([one, of_key, single, several]) AS words } CALL () { UNWIND $marks AS one MATCH (r:MarkSet) USING INDEX SEEK r:MarkSet(term, aspect, chunk) WHERE r.term STARTS WITH one AND r.aspect >= '' AND r.chunk >= 0 WITH one, r.aspect = '' AS of_key, collect(CASE WHEN r.bits IS :: INTEGER THEN r.bits END) AS single, collect(CASE WHEN NOT r.bits IS :: INTEGER THEN [r.chunk, r.bits] END) AS several RETURN collect([one, of_key, single, several]) AS marks } CALL () { UNWIND $terms AS one MATCH (r:MarkSet) USING INDEX SEEK r:MarkSet(term, aspect, chunk) WHERE r.term = one AND r.aspect >= '' AND r.chunk >= 0 WITH one, r.aspect = '' AS of_key, collect(CASE WHEN r.bits IS :: INTEGER THEN r.bits END) AS single, collect(CASE WHEN NOT r.bits IS :: INTEGER THEN [r.chunk, r.bits] END) AS several RETURN collect([one, of_key, single, several]) AS terms } CALL () { UNWIND $parts AS one MATCH (r:WordSet) USING TEXT INDEX r:WordSet(term) WHERE r.term CONTAINS one AND r.aspect >= '' AND r.chunk >= 0 WITH one, r.aspect = '' AS of_key, collect(CASE WHEN r.bits IS :: INTEGER THEN r.bits END) AS single, collect(CASE WHEN NOT r.bits IS :: INTEGER THEN [r.chunk, r.bits] END) AS several RETURN collect([one, of_key, single, several]) AS parts } CALL () { UNWIND $words_in AS each WITH each[0] AS one, each[1] AS chunk MATCH (r:WordSet) USING INDEX SEEK r:WordSet(chunk, term, aspect) WHERE r.chunk = chunk AND r.term STARTS WITH one AND r.aspect >= '' WITH one, r.aspect = '' AS of_key, collect(CASE WHEN r.bits IS :: INTEGER THEN r.bits END) AS single, collect(CASE WHEN NOT r.bits IS :: INTEGER THEN [r.chunk, r.bits] END) AS several RETURN collect([one, of_key, single, several]) AS words_in } CALL () { UNWIND $parts_in AS each WITH each[0] AS one, each[1] AS chunk MATCH (r:WordSet) USING INDEX SEEK r:WordSet(chunk, term, aspect) WHERE r.chunk = chunk AND r.term >= '' AND r.term CONTAINS one AND r.aspect >= '' WITH one, r.aspect = '' AS of_key, collect(CASE WHEN r.bits IS :: INTEGER THEN r.bits END) AS single, collect(CASE WHEN NOT r.bits IS :: INTEGER THEN [r.chunk, r.bits] END) AS several RETURN collect([one, of_key, single, several]) AS parts_in } CALL () { UNWIND $lists AS one MATCH (r:ListSet) USING INDEX SEEK r:ListSet(name, value, chunk) WHERE r.name = one[0] AND r.value = one[1] AND r.chunk >= 0 RETURN collect([r.name, coalesce(r.whole, r.value), r.chunk, r.bits]) AS lists } CALL () { UNWIND $names AS one MATCH (r:ListSet) USING INDEX SEEK r:ListSet(name, value, chunk) WHERE r.name = one AND r.value >= '' AND r.chunk >= 0 RETURN collect([r.name, coalesce(r.whole, r.value), r.chunk, r.bits]) AS names } CALL () { UNWIND $names_in AS each WITH each[0] AS one, each[1] AS chunk MATCH (r:ListSet) USING INDEX SEEK r:ListSet(name, chunk, value) WHERE r.name = one AND r.chunk = chunk AND r.value >= '' RETURN collect([r.name, coalesce(r.whole, r.value), r.chunk, r.bits]) AS names_in } CALL () { UNWIND $marks AS one MATCH (n:Entity) USING INDEX SEEK n:Entity(search_name) WHERE n.search_name STARTS WITH one RETURN collect([one, n.search_number]) AS name_begun } CALL () { UNWIND $terms AS one MATCH (n:Entity) USING INDEX SEEK n:Entity(search_name) WHERE n.search_name = one RETURN collect([one, n.search_number]) AS name_whole } CALL () { UNWIND $marks AS one MATCH (n:Entity) USING INDEX SEEK n:Entity(search_digits) WHERE n.search_digits STARTS WITH one RETURN collect([one, n.search_number]) AS digits_begun } CALL () { UNWIND $terms AS one MATCH (n:Entity) USING INDEX SEEK n:Entity(search_digits) WHERE n.search_digits = one RETURN collect([one, n.search_number]) AS digits_whole } CALL () { UNWIND $nodes AS id MATCH (n:Entity {id: id}) RETURN collect([n.id, n.search_number]) AS nodes } RETURN {made: made, words: words, marks: marks, terms: terms, parts: parts, words_in: words_in, parts_in: parts_in, lists: lists, names: names, names_in: names_in, name_begun: name_begun, name_whole: name_whole, digits_begun: digits_begun, digits_whole: digits_whole, nodes: nodes} AS found

// reading.sorted_finds()
UNWIND $asked AS one MATCH (n:Entity) USING INDEX SEEK n:Entity(search_number) WHERE n.search_number = one[0] AND n.known_from IS NOT NULL AND (one[1] > $rank OR n.title > $title OR (n.title = $title AND n.id > $id)) WITH n, one[1] AS rank ORDER BY rank, n.title, n.id LIMIT $first RETURN collect([n.id, rank, n.known_from, n.key, coalesce(n.search_facets, []), n.search_gaps]) AS found

// reading.structural(kinds=['EXECUTED'], direction='out')
UNWIND $ids AS id MATCH (n:Entity {id: id})-[e:EXECUTED]->(:Entity) WHERE e.entry <= $known_at RETURN collect([type(e), startNode(e).id, endNode(e).id, e.entry]) AS found

// reading.together(queries=('MATCH (n {id: $id}) RETURN n.id AS found', 'RETURN $ids AS found'))
CALL () { CALL () { MATCH (n {id: $of_0.id}) RETURN n.id AS found } RETURN [found] AS found_0 } CALL () { CALL () { RETURN $of_1.ids AS found } RETURN [found] AS found_1 } RETURN [found_0, found_1] AS found

// reading.values()
UNWIND $digests AS digest MATCH (v:Value {digest: digest}) RETURN collect([v.digest, v.text]) AS found

// reading.walked_finds(name='Dataset')
WITH $flags AS flags MATCH (n:Dataset) USING INDEX SEEK n:Dataset(title, id, search_number) WHERE n.title >= $title AND n.id >= '' AND n.search_number >= 0 AND (n.title > $title OR n.id > $id) WITH n, flags ORDER BY n.title, n.id LIMIT $looked WHERE flags[n.search_number - $from] = 1 WITH n, $rank AS rank ORDER BY n.title, n.id LIMIT $first RETURN collect([n.id, rank, n.known_from, n.key, coalesce(n.search_facets, []), n.search_gaps]) AS found

// reading.whole()
UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { CALL (n) { MATCH (n)<-[:IS_ABOUT]-(c:Content)<-[:STATES]-(r:Record) WHERE r.entry <= $known_at RETURN r, c UNION ALL MATCH (n)<-[:IS_ABOUT]-(r:Record) WHERE r.entry <= $known_at RETURN r, null AS c } WITH r, c LIMIT $most RETURN collect([r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, c.digest]) AS records, collect(DISTINCT c) AS stated } WITH collect([n.id, n.known_from, n.key, records]) AS found, collect(stated) AS stated RETURN found, [one IN reduce(every = [], some IN stated | every + some)[..$contents] | [one.digest, one.states]] AS contents

// rows.before(rows=node effect, leading=1)
UNWIND $asks AS ask CALL (ask) { MATCH (r:Effect) USING INDEX SEEK r:Effect(run, at) WHERE r.run = ask[0] AND r.at < ask[1] RETURN r ORDER BY r.run DESC, r.at DESC LIMIT 1 } RETURN collect(DISTINCT [r.run, r.at, r.entry]) AS found

// rows.clear(rows=node effect)
MATCH (r:Effect) WITH r LIMIT $limit DETACH DELETE r RETURN count(*) AS removed

// rows.clear(rows=properties run_state)
MATCH (r:Entity) WHERE r.run_state WITH r LIMIT $limit REMOVE r.run_state, r.run_state_first_at RETURN count(*) AS removed

// rows.clear(rows=arrow flow)
MATCH ()-[r:FEEDS]->() WHERE r.row = 'flow' WITH r LIMIT $limit DELETE r RETURN count(*) AS removed

// rows.clear(rows=arrow contribution)
MATCH ()-[r:CONTRIBUTED_TO]->() WITH r LIMIT $limit DELETE r RETURN count(*) AS removed

// rows.counts(rows=node effect, fields=('run'))
UNWIND $prefixes AS p MATCH (r:Effect) USING INDEX SEEK r:Effect(run, at) WHERE r.run = p[0] AND r.at >= -9223372036854775807 WITH p, count(r) AS counted RETURN collect([p, counted]) AS found

// rows.create(rows=node effect)
UNWIND $rows AS row CREATE (r:Effect) SET r = row.row RETURN count(r) AS written

// rows.create(rows=properties run_state)
UNWIND $rows AS row MATCH (r:Entity {id: row.key[0]}) SET r += row.row RETURN count(r) AS written

// rows.create(rows=arrow flow)
UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) CREATE (a)-[r:FEEDS]->(b) SET r = row.row RETURN count(r) AS written

// rows.create(rows=arrow contribution)
UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) CREATE (a)-[r:CONTRIBUTED_TO]->(b) SET r = row.row RETURN count(r) AS written

// rows.create(rows=arrow access, kind='READ')
UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) CREATE (a)-[r:READ]->(b) SET r = row.row RETURN count(r) AS written

// rows.create(rows=arrow inlet)
UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Hub {hub: row.b}) CREATE (a)-[r:FEEDS]->(b) SET r = row.row RETURN count(r) AS written

// rows.delete(rows=node effect)
UNWIND $rows AS row MATCH (r:Effect) USING INDEX SEEK r:Effect(run, at) WHERE r.run = row.key[0] AND r.at = row.key[1] DETACH DELETE r RETURN count(*) AS written

// rows.delete(rows=properties run_state)
UNWIND $rows AS row MATCH (r:Entity {id: row.key[0]}) WHERE r.run_state DELETE r RETURN count(*) AS written

// rows.delete(rows=arrow flow)
UNWIND $rows AS row MATCH (a:Entity {id: row.key[0]}) USING INDEX SEEK a:Entity(id) MATCH (b:Entity {id: row.key[1]}) USING INDEX SEEK b:Entity(id) MATCH (a)-[r:FEEDS]->(b) WHERE r.row = 'flow' AND r.job = row.key[2] DELETE r RETURN count(*) AS written

// rows.delete(rows=arrow contribution)
UNWIND $rows AS row MATCH ()-[r:CONTRIBUTED_TO]->() USING INDEX SEEK r:CONTRIBUTED_TO(target, at, run) WHERE r.target = row.key[0] AND r.at = row.key[1] AND r.run = row.key[2] DELETE r RETURN count(*) AS written

// rows.ends(rows=arrow flow, fields=('source'), wanted='target', known='entry')
UNWIND $prefixes AS p MATCH (a:Entity {id: p[0]}) USING INDEX SEEK a:Entity(id) MATCH (a)-[r:FEEDS]->(b) WHERE r.row = 'flow' AND r.entry <= $known_at RETURN collect(DISTINCT b.id) AS found

// rows.indexes(rows=node effect)
CREATE INDEX row_effect_key IF NOT EXISTS FOR (r:Effect) ON (r.run, r.at);
CREATE INDEX row_effect_order_0 IF NOT EXISTS FOR (r:Effect) ON (r.at, r.run)

// rows.indexes(rows=arrow contribution)
CREATE INDEX row_contribution_key IF NOT EXISTS FOR ()-[r:CONTRIBUTED_TO]-() ON (r.target, r.at, r.run)

// rows.newest(rows=node effect, leading=1, known='entry')
UNWIND $asks AS ask CALL (ask) { MATCH (r:Effect) USING INDEX SEEK r:Effect(run, at) WHERE r.run = ask[0] AND r.at <= ask[1] AND r.entry <= $known_at RETURN r ORDER BY r.run DESC, r.at DESC LIMIT $count } RETURN collect(DISTINCT [r.run, r.at, r.entry]) AS found

// rows.newest(rows=arrow contribution, leading=1, known='entry')
UNWIND $asks AS ask CALL (ask) { MATCH ()-[r:CONTRIBUTED_TO]->() USING INDEX SEEK r:CONTRIBUTED_TO(target, at, run) WHERE r.target = ask[0] AND r.at <= ask[1] AND r.entry <= $known_at AND r.run >= '' RETURN r ORDER BY r.target DESC, r.at DESC, r.run DESC LIMIT $count } RETURN collect(DISTINCT [r.target, r.at, r.run, r.entry]) AS found

// rows.under(rows=node effect, fields=('run'), known='entry')
UNWIND $prefixes AS p MATCH (r:Effect) USING INDEX SEEK r:Effect(run, at) WHERE r.run = p[0] AND r.at >= -9223372036854775807 AND r.entry <= $known_at RETURN collect([r.run, r.at, r.entry]) AS found

// rows.under(rows=node effect, fields=('at'), known='entry')
UNWIND $prefixes AS p MATCH (r:Effect) USING INDEX SEEK r:Effect(at, run) WHERE r.at = p[0] AND r.run >= '' AND r.entry <= $known_at RETURN collect([r.run, r.at, r.entry]) AS found

// rows.under(rows=properties run_state, fields=('run'))
UNWIND $prefixes AS p MATCH (r:Entity {id: p[0]}) WHERE r.run_state RETURN collect([r.id, r.run_state_first_at]) AS found

// rows.under(rows=arrow flow, fields=('source'), known='entry')
UNWIND $prefixes AS p MATCH (a:Entity {id: p[0]}) USING INDEX SEEK a:Entity(id) MATCH (a)-[r:FEEDS]->(b) WHERE r.row = 'flow' AND r.entry <= $known_at RETURN collect([a.id, b.id, r.job, r.entry]) AS found

// rows.under(rows=arrow flow, fields=('target', 'source'))
UNWIND $prefixes AS p MATCH (a:Entity {id: p[1]}) USING INDEX SEEK a:Entity(id) MATCH (b:Entity {id: p[0]}) USING INDEX SEEK b:Entity(id) MATCH (a)-[r:FEEDS]->(b) WHERE r.row = 'flow' RETURN collect([a.id, b.id, r.job, r.entry]) AS found

// rows.under(rows=arrow access, fields=('run'))
UNWIND $prefixes AS p MATCH (a:Entity {id: p[0]}) USING INDEX SEEK a:Entity(id) MATCH (a)-[r:READ|WROTE]->(b) RETURN collect([a.id, type(r), b.id]) AS found

// rows.under(rows=arrow inlet, fields=('hub'))
UNWIND $prefixes AS p MATCH (b:Hub {hub: p[0]}) MATCH (a)-[r:FEEDS]->(b) WHERE r.row = 'inlet' RETURN collect([a.id, b.hub]) AS found

// rows.under(rows=arrow contribution, fields=('target', 'at', 'run'))
UNWIND $prefixes AS p MATCH ()-[r:CONTRIBUTED_TO]->() USING INDEX SEEK r:CONTRIBUTED_TO(target, at, run) WHERE r.target = p[0] AND r.at = p[1] AND r.run = p[2] RETURN collect([r.target, r.at, r.run, r.entry]) AS found

// rows.update(rows=node effect)
UNWIND $rows AS row MATCH (r:Effect) USING INDEX SEEK r:Effect(run, at) WHERE r.run = row.key[0] AND r.at = row.key[1] SET r += row.row RETURN count(r) AS written

// rows.update(rows=properties run_state)
UNWIND $rows AS row MATCH (r:Entity {id: row.key[0]}) SET r += row.row RETURN count(r) AS written

// rows.update(rows=arrow flow)
UNWIND $rows AS row MATCH (a:Entity {id: row.key[0]}) USING INDEX SEEK a:Entity(id) MATCH (b:Entity {id: row.key[1]}) USING INDEX SEEK b:Entity(id) MATCH (a)-[r:FEEDS]->(b) WHERE r.row = 'flow' AND r.job = row.key[2] SET r += row.row RETURN count(r) AS written

// rows.update(rows=arrow contribution)
UNWIND $rows AS row MATCH ()-[r:CONTRIBUTED_TO]->() USING INDEX SEEK r:CONTRIBUTED_TO(target, at, run) WHERE r.target = row.key[0] AND r.at = row.key[1] AND r.run = row.key[2] SET r += row.row RETURN count(r) AS written
