, summed AS (
    -- Reversals are refunds in a statement.
    SELECT told_side::smallint AS side, component, term, CASE told_side WHEN 1 THEN deposit_identifier ELSE '' END AS deposit_identifier,
           kind AS transaction_kind, CASE kind WHEN 3 THEN 2 ELSE kind END AS stated_kind, earlier, tariff_version_id, allocation_id,
           part AS each, count(*) AS count, sum(sign * part)::bigint AS amount
      FROM shares
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
), ranked AS (
    SELECT *, (sum(amount) OVER total)::bigint AS of_total,
           count(*) OVER () AS all_groups,
           row_number() OVER (PARTITION BY side, component, stated_kind, earlier ORDER BY abs(amount) DESC, allocation_id, term) AS place
      FROM summed
    WINDOW total AS (PARTITION BY side, component, stated_kind, earlier)
), told AS (
    SELECT * FROM ranked ORDER BY place, abs(amount) DESC, allocation_id LIMIT $9
)
SELECT side, component, term, deposit_identifier, transaction_kind, earlier, tariff_version_id, allocation_id, each, count, amount, of_total, all_groups
  FROM told
 ORDER BY side, component, transaction_kind, abs(amount) DESC, allocation_id
