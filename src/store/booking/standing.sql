SELECT r.network_id, r.version, nextval('batch_ids') AS batch_id, w.id AS window_id,
       c.window_id IS NOT NULL AS is_closed,
       EXISTS (SELECT FROM quarantine q WHERE q.state = 'waiting') AS quarantine_waits
FROM (SELECT $1::timestamptz AS moment) asked
CROSS JOIN network_rules r
LEFT JOIN windows w ON w.network_id = r.network_id AND w.starts_at <= asked.moment AND w.ends_at > asked.moment
LEFT JOIN window_closings c ON c.window_id = w.id
WHERE r.network_id = ANY ($2)
