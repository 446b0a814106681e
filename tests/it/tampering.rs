//! A superuser who edits, deletes or inserts one row of a table past all triggers, and undoes it afterwards.
//! Never here: what is found of it.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

/// One column of a table.
#[derive(Clone, Debug, QueryableByName)]
pub struct Column {
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    /// It stands in a unique index, so that a copy of a row needs another value; a text only where no number does.
    #[diesel(sql_type = Bool)]
    is_unique: bool,
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    place: String,
}

/// A table with its triggers off.
pub struct Tampering {
    conn: AsyncPgConnection,
    table: &'static str,
    pub columns: Vec<Column>,
}

const COLUMNS: &str = "SELECT a.attname::text AS name, t.typname::text AS kind,
        EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND (i.indisunique OR i.indisexclusion)
                                         AND a.attnum = ANY (i.indkey)
                                         AND (t.typname IN ('int2', 'int4', 'int8')
                                              OR NOT EXISTS (SELECT FROM pg_attribute n JOIN pg_type m ON m.oid = n.atttypid
                                                              WHERE n.attrelid = i.indrelid AND n.attnum = ANY (i.indkey)
                                                                AND m.typname IN ('int2', 'int4', 'int8')))) AS is_unique
   FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

impl Tampering {
    pub async fn with(mut conn: AsyncPgConnection, table: &'static str) -> Self {
        let columns: Vec<Column> = diesel::sql_query(COLUMNS)
            .bind::<Text, _>(table)
            .load(&mut conn)
            .await
            .unwrap();
        let prepare = format!("ALTER TABLE {table} DISABLE TRIGGER ALL");
        conn.batch_execute(&prepare).await.unwrap();
        for column in &columns {
            let free = format!(
                "ALTER TABLE {table} ALTER {} DROP IDENTITY IF EXISTS",
                column.name
            );
            conn.batch_execute(&free).await.unwrap();
        }
        Self { conn, table, columns }
    }

    /// The place of the row in the middle; nothing if the table is empty.
    pub async fn row(&mut self) -> Option<String> {
        let table = self.table;
        let query = format!(
            "SELECT ctid::text AS place FROM {table} ORDER BY ctid OFFSET (SELECT count(*) / 2 FROM {table}) LIMIT 1"
        );
        self.place(&query).await.unwrap().into_iter().next()
    }

    /// The place of the edited row, or nothing where the database itself refuses the value.
    pub async fn edit(&mut self, row: &str, column: &Column) -> Option<String> {
        self.save(row).await;
        let (table, name, other) = (self.table, &column.name, column.other("x", 1));
        let query = format!(
            "UPDATE {table} x SET {name} = {other} WHERE ctid = '{row}' RETURNING ctid::text AS place"
        );
        self.place(&query).await.ok()?.into_iter().next()
    }

    pub async fn delete(&mut self, row: &str) {
        self.save(row).await;
        let query = format!("DELETE FROM {} WHERE ctid = '{row}'", self.table);
        self.conn.batch_execute(&query).await.unwrap();
    }

    /// A copy that differs in whatever must be unique. Returns its place.
    pub async fn copy(&mut self, row: &str) -> String {
        self.save(row).await;
        let values: Vec<String> = self.columns.iter().map(|column| self.copied(column)).collect();
        let query = format!(
            "INSERT INTO {} SELECT {} FROM saved s RETURNING ctid::text AS place",
            self.table,
            values.join(", ")
        );
        match self.place(&query).await {
            Ok(mut places) => places.remove(0),
            // Some forms allow no digit.
            Err(_) => self
                .place(&query.replace("|| '0'", "|| 'x'"))
                .await
                .unwrap()
                .remove(0),
        }
    }

    /// The value of a column in a copy; what is absent stays so.
    fn copied(&self, column: &Column) -> String {
        let name = &column.name;
        if !column.is_unique {
            return format!("s.{name}");
        }
        // Small numbers have narrow bounds.
        let other = match column.kind.as_str() {
            "int2" => format!("(SELECT max({name}) + 1 FROM {})", self.table),
            _ => column.other("s", 100_000),
        };
        format!("CASE WHEN s.{name} IS NOT NULL THEN {other} END")
    }

    /// Takes away what stands at `place`, if anything does, and puts the saved row back. Returns its place.
    pub async fn undo(&mut self, place: Option<&str>) -> String {
        if let Some(place) = place {
            let query = format!("DELETE FROM {} WHERE ctid = '{place}'", self.table);
            self.conn.batch_execute(&query).await.unwrap();
        }
        let query = format!(
            "INSERT INTO {} SELECT * FROM saved RETURNING ctid::text AS place",
            self.table
        );
        self.place(&query).await.unwrap().remove(0)
    }

    pub async fn remove(&mut self, place: &str) {
        let query = format!("DELETE FROM {} WHERE ctid = '{place}'", self.table);
        self.conn.batch_execute(&query).await.unwrap();
    }

    async fn save(&mut self, row: &str) {
        let query = format!(
            "DROP TABLE IF EXISTS saved; CREATE TEMPORARY TABLE saved AS SELECT * FROM {} WHERE ctid = '{row}'",
            self.table
        );
        self.conn.batch_execute(&query).await.unwrap();
    }

    async fn place(&mut self, query: &str) -> Result<Vec<String>, diesel::result::Error> {
        let places: Vec<Place> = diesel::sql_query(query).load(&mut self.conn).await?;
        Ok(places.into_iter().map(|row| row.place).collect())
    }
}

impl Column {
    /// An expression of another value of the same type.
    fn other(&self, row: &str, by: i32) -> String {
        let was = format!("{row}.{}", self.name);
        match self.kind.as_str() {
            "int2" | "int4" | "int8" => format!("coalesce({was}, 0) + {by}"),
            // A digit, which most forms allow where a letter would be refused.
            "text" => format!("coalesce({was}, '') || '0'"),
            "bool" => format!("NOT {was}"),
            "date" => format!("coalesce({was}, '2030-01-01') + 1"),
            "timestamptz" => format!("coalesce({was}, '2026-01-01') + interval '1 second'"),
            "bytea" => format!("coalesce(set_byte({was}, 0, get_byte({was}, 0) # 1), '\\x01')"),
            "_int2" | "_int4" | "_int8" => format!("({was}[1] + 1) || {was}[2:]"),
            "_text" => format!("({was}[1] || 'x') || {was}[2:]"),
            other => panic!("no other value of type {other} is known"),
        }
    }
}
