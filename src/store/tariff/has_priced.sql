-- Whether anything of network $1 and service $2 that happened from $3 on is booked in the batches from $4 on.
WITH recent AS (
    SELECT min(id) AS first, max(id) AS last FROM batches WHERE booked_at >= $4
)
SELECT EXISTS (
           SELECT FROM recent r JOIN transactions t ON t.batch_id BETWEEN r.first AND r.last
            WHERE t.network_id = $1 AND t.service_id = $2 AND t.kind = 1 AND t.occurred_at >= $3) AS has_priced
