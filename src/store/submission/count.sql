UPDATE submissions
   SET booked = booked + $1, repeated = repeated + $2, quarantined = quarantined + $3,
       conflicting = conflicting + $4, refused = refused + $5, malformed = malformed + $6
 WHERE id = $7
