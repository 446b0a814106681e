-- The licensee's own legs of one office's transactions, by the line in which they happened and the service if wanted, and how far they are settled.
-- `until` is exclusive; the licensee or the network is null for all. A line is told by the day with which it begins; without any, its day is null. The originals whose own legs are held come as their ids beside the deposit identifiers where they are, and
-- what of them is not held; what a terminal split or was paid out never is.
-- On demand only what moves one destination of the licensee in some windows, null for all: what it collects moves the plain one.
WITH wanted AS NOT MATERIALIZED (
    SELECT $1::int AS office_id, $2::timestamptz AS since, $3::timestamptz AS until, $4::int AS licensee, $5::smallint AS network_id,
           $6::bigint[] AS held_ids, $7::text[] AS held_at, $8::bigint[] AS held_cuts, $9::int[] AS windows, $10::text AS destination,
           $11::bool AS by_service, $12::smallint[] AS line_networks, $13::timestamptz[] AS line_since, $14::date[] AS line_days
), lines AS MATERIALIZED (
    SELECT l.network_id, array_agg(l.since ORDER BY l.since, l.day) AS since, array_agg(l.day ORDER BY l.since, l.day) AS days
      FROM wanted w CROSS JOIN unnest(w.line_networks, w.line_since, w.line_days) AS l (network_id, since, day)
     GROUP BY l.network_id
), held AS MATERIALIZED (
    SELECT o.id, array_agg(o.deposit_identifier ORDER BY o.deposit_identifier) AS places, sum(o.cut)::bigint AS cut
      FROM wanted w CROSS JOIN unnest(w.held_ids, w.held_at, w.held_cuts) AS o (id, deposit_identifier, cut)
     GROUP BY o.id
), asked AS (
    SELECT t.allocation_id, t.network_id, CASE WHEN w.by_service THEN t.service_id END AS service_id, t.window_id, t.kind, t.holder,
           b.party_ids[1] AS licensee,
           lines.days[width_bucket(t.occurred_at, lines.since)] AS day,
           held.places AS held_at,
           count(*) AS rows, sum(t.principal)::bigint AS principal,
           sum(CASE WHEN t.original_id IS NULL THEN coalesce(held.cut, 0) ELSE 0 END)::bigint AS cut
      FROM wanted w
      JOIN transactions t ON t.office_id = w.office_id AND t.occurred_at >= w.since AND t.occurred_at < w.until
      JOIN bindings b ON b.id = t.binding_id
      LEFT JOIN lines ON lines.network_id = t.network_id
      LEFT JOIN held ON held.id = coalesce(t.original_id, t.batch_id * 16384 + t.line)
     WHERE (w.licensee IS NULL OR b.party_ids[1] = w.licensee) AND (w.network_id IS NULL OR t.network_id = w.network_id)
       AND (w.windows IS NULL OR t.window_id = ANY (w.windows))
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), shared AS (
    SELECT q.*, v.unit_id, CASE WHEN q.kind IN (2, 3) THEN -1 ELSE 1 END AS sign, o.own_legs, o.held_legs, o.own_sources,
           coalesce(p.role_id = 1 OR p.party_id = q.licensee, false)
               AND (w.windows IS NULL OR CASE p.side WHEN 'leg' THEN p.deposit_identifier ELSE '' END = w.destination) AS owns_principal,
           (w.windows IS NULL OR w.destination = '') AS is_plain,
           coalesce(p.side = 'source', false) AS is_paid_out,
           coalesce(p.deposit_identifier = ANY (q.held_at), false) AS holds_principal
      FROM wanted w
     CROSS JOIN asked q
      JOIN allocations a ON a.id = q.allocation_id
      JOIN tariff_versions v ON v.id = a.tariff_version_id
     CROSS JOIN LATERAL (SELECT coalesce(sum(a.leg_amounts[array_position(a.leg_terms, m.ordinal)])
                                             FILTER (WHERE m.side = 'leg'), 0)::bigint AS own_legs,
                                coalesce(sum(a.leg_amounts[array_position(a.leg_terms, m.ordinal)])
                                             FILTER (WHERE m.side = 'leg' AND m.deposit_identifier = ANY (q.held_at)), 0)::bigint AS held_legs,
                                coalesce(sum(a.source_amounts[array_position(a.source_terms, m.ordinal)])
                                             FILTER (WHERE m.side = 'source'), 0)::bigint AS own_sources
                           FROM tariff_terms m
                          WHERE m.tariff_version_id = a.tariff_version_id
                            AND (m.role_id = 1 OR (m.role_id = 30 AND q.holder = 1) OR m.party_id = q.licensee)
                            AND (w.windows IS NULL OR CASE m.side WHEN 'leg' THEN m.deposit_identifier ELSE '' END = w.destination)) o
      -- A version's own principal is the last of its terms: a leg if it was collected, a source if it was paid out.
      LEFT JOIN LATERAL (SELECT m.role_id, m.party_id, m.side, m.deposit_identifier FROM tariff_terms m
                          WHERE q.principal <> 0 AND m.tariff_version_id = a.tariff_version_id AND m.kind = 'principal'
                          ORDER BY m.ordinal DESC LIMIT 1) p ON true
), principals AS (
    -- Of a principal one of biller and holder earns, and the other collects; of what a terminal split the biller both.
    SELECT s.*,
           CASE WHEN CASE WHEN s.holder <> 4 AND s.is_paid_out THEN s.holder = 1 AND s.is_plain ELSE s.owns_principal END THEN s.principal ELSE 0 END
               AS principal_earned,
           CASE WHEN CASE WHEN s.holder = 4 OR s.is_paid_out THEN s.owns_principal ELSE s.holder = 1 AND s.is_plain END THEN s.principal ELSE 0 END
               AS principal_collected
      FROM shared s
), signed AS (
    SELECT s.*,
           s.sign * (s.own_legs * s.rows + s.principal_earned) AS earned,
           s.sign * (CASE WHEN s.holder = 4 THEN s.own_legs ELSE s.own_sources END * s.rows + s.principal_collected) AS collected,
           s.sign * (s.held_legs * s.rows + CASE WHEN s.holds_principal AND NOT s.is_paid_out THEN s.principal_earned ELSE 0 END)
               - s.cut AS held
      FROM principals s
), summed AS (
    SELECT network_id, unit_id, service_id, window_id, day,
           sum(CASE WHEN sign > 0 THEN rows ELSE 0 END)::bigint AS given,
           sum(CASE WHEN sign < 0 THEN rows ELSE 0 END)::bigint AS taken_back,
           sum(earned)::bigint AS earned, sum(collected)::bigint AS collected, sum(held)::bigint AS held
      FROM signed GROUP BY 1, 2, 3, 4, 5
)
SELECT n.code AS network, u.code AS unit, g.day, v.code AS service, v.name_fa, v.name_en,
       EXISTS (SELECT FROM settlements p WHERE p.window_id = g.window_id AND p.state = 'approved') AS settled,
       g.given, g.taken_back, g.earned, g.collected, g.held
  FROM summed g
  JOIN networks n ON n.id = g.network_id
  JOIN currency_units u ON u.id = g.unit_id
  LEFT JOIN services v ON v.id = g.service_id
 ORDER BY n.code, u.code, g.day, v.code
