DROP FUNCTION came_in_since(integer, smallint, integer, text, smallint);
