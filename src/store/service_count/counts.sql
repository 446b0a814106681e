-- How many transactions of window $1 gave each party its lines of a service (the component kind is null then) or of one of
-- its component kinds, where `window_totals` do not say it because they count terms: one transaction may give a party
-- several. Who plays which role is as in `window_total/lines.sql`; refunds and reversals are one kind here.
-- Transactions are many and allocations may be, but the terms by which these give something (an answer) are few: what a
-- transaction gives is worked out once per answer, holder and whether there is a principal, for the parties that the
-- tariff names and for the three roles that hang on the office.
WITH network AS MATERIALIZED (
    SELECT w.starts_at, n.central_party_id FROM windows w JOIN networks n ON n.id = w.network_id WHERE w.id = $1
), gives AS MATERIALIZED (
    SELECT a.id, a.tariff_version_id, part.ordinals
      FROM (SELECT DISTINCT allocation_id AS id FROM transactions WHERE window_id = $1) asked
      JOIN allocations a USING (id)
     CROSS JOIN LATERAL (SELECT coalesce(array_agg(p.ordinal), '{}') AS ordinals
                           FROM unnest(a.leg_terms || a.source_terms, a.leg_amounts || a.source_amounts) AS p (ordinal, amount)
                          WHERE p.amount > 0) part
), answers AS MATERIALIZED (
    SELECT (row_number() OVER ())::integer AS answer, tariff_version_id, ordinals
      FROM (SELECT DISTINCT tariff_version_id, ordinals FROM gives) one
), booked AS MATERIALIZED (
    SELECT g.answer, t.binding_id, t.holder, t.principal > 0 AS billed,
           CASE WHEN t.kind = 3 THEN 2 ELSE t.kind END * 2 + CASE WHEN t.occurred_at < n.starts_at THEN 1 ELSE 0 END AS circumstances,
           count(*) AS items
      FROM transactions t
      JOIN (SELECT id, answer FROM gives JOIN answers USING (tariff_version_id, ordinals)) g ON g.id = t.allocation_id
     CROSS JOIN network n
     WHERE t.window_id = $1
     GROUP BY 1, 2, 3, 4, 5
), used AS MATERIALIZED (
    SELECT answer, holder, billed, circumstances, sum(items) AS items FROM booked GROUP BY 1, 2, 3, 4
), asked AS MATERIALIZED (
    SELECT DISTINCT u.answer, u.holder, u.billed, r.ordinals, v.id AS tariff_version_id, v.service_id, v.unit_id, v.agency_party_id
      FROM used u
      JOIN answers r USING (answer)
      JOIN tariff_versions v ON v.id = r.tariff_version_id
), principals AS MATERIALIZED (
    -- A version's own principal is the last of its terms; a component may be of that kind too.
    SELECT DISTINCT ON (t.tariff_version_id) t.*
      FROM tariff_terms t
      JOIN (SELECT DISTINCT tariff_version_id FROM asked WHERE billed) billed USING (tariff_version_id)
     WHERE t.kind = 'principal'
     ORDER BY t.tariff_version_id, t.ordinal DESC
), named AS (
    SELECT q.*, CASE t.side WHEN 'leg' THEN 1 ELSE 2 END AS side, t.kind AS component_kind, t.role_id, t.party_id,
           CASE t.side WHEN 'leg' THEN t.deposit_identifier ELSE '' END AS deposit_identifier
      FROM asked q
      JOIN tariff_terms t ON t.tariff_version_id = q.tariff_version_id AND t.ordinal = ANY (q.ordinals)
     WHERE t.side = 'leg' OR q.holder <> 4
    UNION ALL
    SELECT q.*, CASE p.side WHEN 'leg' THEN 1 ELSE 2 END, p.kind, p.role_id, p.party_id,
           CASE p.side WHEN 'leg' THEN p.deposit_identifier ELSE '' END
      FROM asked q JOIN principals p USING (tariff_version_id)
     WHERE q.billed
    UNION ALL
    -- Whoever holds the money holds the principal, or is due what was paid out of it.
    SELECT q.*, CASE p.side WHEN 'leg' THEN 2 ELSE 1 END, p.kind, 30, NULL, ''
      FROM asked q JOIN principals p USING (tariff_version_id)
     WHERE q.billed AND q.holder <> 4
), told AS (
    SELECT * FROM named
    UNION ALL
    -- What the terminal split was collected by whoever earned it.
    SELECT answer, holder, billed, ordinals, tariff_version_id, service_id, unit_id, agency_party_id, 3 - side,
           component_kind, role_id, party_id, deposit_identifier
      FROM named WHERE holder = 4
), played AS MATERIALIZED (
    SELECT t.answer, t.holder, t.billed, t.service_id, t.unit_id, t.deposit_identifier, t.side, t.component_kind,
           CASE WHEN t.role_id <= 3 THEN t.role_id WHEN t.role_id = 30 AND t.holder = 1 THEN 1 ELSE 0 END AS office_role,
           CASE WHEN t.role_id <> 30 THEN t.party_id WHEN t.holder = 2 THEN t.agency_party_id
                WHEN t.holder = 3 THEN n.central_party_id END AS party_id
      FROM told t CROSS JOIN network n
), grouped AS MATERIALIZED (
    SELECT answer, holder, billed, service_id, unit_id, deposit_identifier, side, component_kind, office_role, party_id,
           count(*) AS terms, min(component_kind) OVER whole AS lowest, max(component_kind) OVER whole AS highest,
           sum(count(*)) OVER one AS beside
      FROM played
     WHERE office_role > 0 OR party_id IS NOT NULL
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    WINDOW whole AS (PARTITION BY answer, holder, billed, deposit_identifier, side, office_role, party_id),
           one AS (PARTITION BY answer, holder, billed, deposit_identifier, side, component_kind)
), doubled AS MATERIALIZED (
    SELECT DISTINCT service_id, unit_id, deposit_identifier, side, component_kind FROM grouped WHERE beside > 1
), patterns AS MATERIALIZED (
    SELECT answer, holder, billed, service_id, unit_id, deposit_identifier, side, NULL AS component_kind, office_role, party_id,
           sum(terms) AS terms, min(lowest) AS lowest, max(highest) AS highest
      FROM grouped
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 9, 10
    UNION ALL
    SELECT answer, holder, billed, service_id, unit_id, deposit_identifier, side, component_kind, office_role, party_id,
           terms, component_kind, component_kind
      FROM grouped JOIN doubled USING (service_id, unit_id, deposit_identifier, side, component_kind)
), labels AS MATERIALIZED (
    SELECT row_number() OVER () AS label, service_id, unit_id, deposit_identifier, side, component_kind
      FROM (SELECT DISTINCT service_id, unit_id, deposit_identifier, side, component_kind FROM patterns) one
), components AS MATERIALIZED (
    SELECT row_number() OVER () AS component, component_kind FROM (SELECT DISTINCT component_kind FROM grouped) one
), labelled AS MATERIALIZED (
    SELECT p.answer, p.holder, p.billed, l.label, p.office_role, p.party_id, p.terms,
           one.component AS lowest, other.component AS highest,
           array_agg(p.party_id) FILTER (WHERE p.office_role = 0) OVER same AS named_parties,
           array_agg(p.office_role) FILTER (WHERE p.office_role > 0) OVER same AS office_roles
      FROM patterns p
      JOIN labels l ON (l.service_id, l.unit_id, l.deposit_identifier, l.side) = (p.service_id, p.unit_id, p.deposit_identifier, p.side)
                   AND l.component_kind IS NOT DISTINCT FROM p.component_kind
      JOIN components one ON one.component_kind = p.lowest
      JOIN components other ON other.component_kind = p.highest
    WINDOW same AS (PARTITION BY p.answer, p.holder, p.billed, l.label)
), at_the_office AS (
    -- A party that plays another role of the same answer too was counted there.
    SELECT b.party_ids[p.office_role] AS party_id, p.label, k.circumstances, k.items, p.terms, p.lowest, p.highest,
           coalesce(b.party_ids[p.office_role] = ANY (p.named_parties), false)
           OR (p.office_role > 1 AND 1 = ANY (p.office_roles) AND b.party_ids[p.office_role] = b.party_ids[1])
           OR (p.office_role > 2 AND 2 = ANY (p.office_roles) AND b.party_ids[p.office_role] = b.party_ids[2]) AS again
      FROM booked k
      JOIN labelled p USING (answer, holder, billed)
      JOIN bindings b ON b.id = k.binding_id
     WHERE p.office_role > 0
), counted AS (
    SELECT party_id, label, circumstances, sum(items)::bigint AS items
      FROM (SELECT p.party_id, p.label, u.circumstances, u.items, p.terms, p.lowest, p.highest
              FROM used u JOIN labelled p USING (answer, holder, billed)
             WHERE p.office_role = 0
            UNION ALL
            SELECT party_id, label, circumstances, CASE WHEN again THEN 0 ELSE items END,
                   CASE WHEN again THEN terms + 1 ELSE terms END, lowest, highest
              FROM at_the_office) part
     WHERE party_id IS NOT NULL
     GROUP BY 1, 2, 3
    HAVING max(terms) > 1 OR min(lowest) <> max(highest)
)
SELECT c.party_id, l.deposit_identifier, l.unit_id, (c.circumstances & 1) = 1 AS earlier,
       array_agg(l.service_id) AS service_ids, array_agg(l.side::smallint) AS sides,
       array_agg((c.circumstances / 2)::smallint) AS transaction_kinds, array_agg(l.component_kind) AS component_kinds,
       array_agg(c.items) AS counts
  FROM counted c JOIN labels l USING (label)
 GROUP BY 1, 2, 3, 4
