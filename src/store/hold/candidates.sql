-- Originals of restricted licences that may be held, in the windows of network $1 up to the ordinal $2. $3 licence, $4 office,
-- $5 and $6 from and until when it happened, $7 since when it arrived, if that matters: see `RestrictedSpan`. $8 this original alone,
-- where one is named. What a terminal split has its own part already and is not held.
-- What arrived is at most as old as the network allows, and a day for a clock that was set back between arrival and booking; only what a
-- person released from quarantine may be older.
WITH asked AS (
    SELECT r.*, greatest(r.happened_from, r.received_from - make_interval(hours => 24 * (n.lateness_max_days + 1))) AS timely_from
      FROM unnest($3::integer[], $4::integer[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
           AS r (licence_id, office_id, happened_from, happened_until, received_from)
      JOIN networks n ON n.id = $1
), candidates AS MATERIALIZED (
    SELECT DISTINCT t.batch_id * 16384 + t.line AS id, t.allocation_id, t.binding_id, t.licence_id, t.holder, t.principal,
           t.occurred_at, t.received_at, w.ordinal
      FROM asked r
     CROSS JOIN LATERAL (
               SELECT timely.* FROM transactions timely
                WHERE timely.office_id = r.office_id AND timely.occurred_at >= r.timely_from AND timely.occurred_at < r.happened_until
               UNION ALL
               -- Each by its key, which OFFSET 0 compels, and not by all that its office did before.
               SELECT released.* FROM offices o
                 JOIN quarantine q ON q.office_code = o.code AND q.state = 'released'
                CROSS JOIN LATERAL (SELECT * FROM transactions own
                                     WHERE own.office_id = r.office_id AND own.sender_id = q.sender_id AND own.reference = q.reference
                                    OFFSET 0) released
                WHERE r.happened_from < r.timely_from AND o.id = r.office_id AND released.occurred_at >= r.happened_from
                  AND released.occurred_at < least(r.timely_from, r.happened_until)
           ) t
      JOIN windows w ON w.id = t.window_id AND w.network_id = $1 AND w.ordinal <= $2
     WHERE t.licence_id = r.licence_id AND (r.received_from IS NULL OR t.received_at >= r.received_from)
       AND t.kind IN (1, 4) AND t.holder <> 4
       AND ($8::bigint IS NULL OR (t.batch_id = $8 >> 14 AND t.line = $8 & 16383))
)
