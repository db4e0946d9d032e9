package io.autopilot.mysql.adapter.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SqlTest {
    @Test
    void aNameIsQuotedWhateverItContains() {
        assertEquals("`shop`", Sql.name("shop"));
        assertEquals("`a``; DROP DATABASE ``mysql`", Sql.name("a`; DROP DATABASE `mysql"));
        assertEquals("`it's \\ \"all\" one name`", Sql.name("it's \\ \"all\" one name"));
    }

    @Test
    void aGrantedDatabaseIsNoPattern() {
        assertEquals("`my\\_app`", Sql.grantedDatabase("my_app"));
        assertEquals("`100\\%`", Sql.grantedDatabase("100%"));
        assertEquals("`a\\\\b``c`", Sql.grantedDatabase("a\\b`c"));
    }
}
