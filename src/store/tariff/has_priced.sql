-- Whether anything of network $1 and service $2 that happened from $3 on is booked in the batches from $4 on. Their ids do not quite
-- follow time, for servers hold some ready: those that lie near each other make one range.
WITH recent AS (
    SELECT id, id - lag(id) OVER (ORDER BY id) > 1000 AS is_apart FROM batches WHERE booked_at >= $4
), parted AS (
    SELECT id, count(*) FILTER (WHERE is_apart) OVER (ORDER BY id) AS part FROM recent
), ranges AS (
    SELECT min(id) AS first, max(id) AS last FROM parted GROUP BY part
)
SELECT EXISTS (
           SELECT FROM ranges r JOIN transactions t ON t.batch_id BETWEEN r.first AND r.last
            WHERE t.network_id = $1 AND t.service_id = $2 AND t.kind = 1 AND t.occurred_at >= $3) AS has_priced
