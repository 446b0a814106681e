-- Follows `lines`: writes them, gathered by purse, in the order of their articles. Kinds are read by a second number, because
-- to find a text in an array is to walk along it.
, named AS MATERIALIZED (
    SELECT array_agg(service_id ORDER BY article) AS service_ids, array_agg(kind_number ORDER BY article) AS kind_numbers,
           (SELECT array_agg(DISTINCT component_kind ORDER BY component_kind) FROM articles) AS component_kinds
      FROM articles
), gathered AS (
    SELECT purse, array_agg((SELECT service_ids FROM named)[article >> 4]) AS service_ids,
           array_agg(((article >> 3 & 1) + 1)::smallint) AS sides, array_agg((article & 7)::smallint) AS transaction_kinds,
           array_agg((SELECT component_kinds FROM named)[(SELECT kind_numbers FROM named)[article >> 4]]) AS component_kinds,
           array_agg(items) AS counts, array_agg(amount) AS sums
      FROM (SELECT * FROM lines WHERE purse >= 1::bigint << 32 ORDER BY purse, article) line
     GROUP BY purse
)
INSERT INTO window_totals (window_id, party_id, deposit_identifier, unit_id, earlier,
                           service_ids, sides, transaction_kinds, component_kinds, counts, sums)
SELECT $1, (g.purse >> 32)::integer, p.deposit_identifier, p.unit_id, g.purse & 1 = 1,
       g.service_ids, g.sides, g.transaction_kinds, g.component_kinds, g.counts, g.sums
  FROM gathered g
  JOIN purses p ON p.purse = g.purse & 4294967294
