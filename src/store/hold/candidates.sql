-- Originals of restricted licences that may be held, in the windows of network $1 up to the ordinal $2. $3 licence, $4 office,
-- $5 since, $6 binds, $7 horizon: see `RestrictedLicence`. $8 this original alone, where one is named. What a terminal split has
-- its own part already and is not held.
WITH asked AS (
    SELECT * FROM unnest($3::integer[], $4::integer[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
        AS r (licence_id, office_id, since, binds, horizon)
), candidates AS MATERIALIZED (
    SELECT t.batch_id * 16384 + t.line AS id, t.allocation_id, t.binding_id, t.licence_id, t.holder, t.principal,
           t.occurred_at, t.received_at, w.ordinal
      FROM asked r
      JOIN transactions t ON t.office_id = r.office_id AND t.licence_id = r.licence_id AND t.occurred_at < r.horizon
                         AND (t.occurred_at >= r.since OR t.received_at >= r.binds)
      JOIN windows w ON w.id = t.window_id AND w.network_id = $1 AND w.ordinal <= $2
     WHERE t.kind IN (1, 4) AND t.holder <> 4
       AND ($8::bigint IS NULL OR (t.batch_id = $8 >> 14 AND t.line = $8 & 16383))
)
