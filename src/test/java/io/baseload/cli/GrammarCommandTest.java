package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Schemas, grammars and expressions on the command line. */
class GrammarCommandTest {
    private static final String TINY = TestModels.tiny().toString();

    @TempDir
    private Path folder;

    @Test
    void generateKeepsToASchema() throws IOException {
        Path schema = Files.writeString(
                folder.resolve("schema.json"), "{\"enum\": [\"red\", \"green\", [1, {\"a\": null}]]}");
        CommandRun run = CommandRun.of(
                "generate",
                TINY,
                "--json",
                "--max-tokens",
                "60",
                "--prompt",
                "x",
                "--temperature",
                "1",
                "--schema",
                schema.toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("finishReason").asString()).isEqualTo("stop");
        assertThat(JsonMapper.shared()
                        .readTree(run.json().get("text").asString())
                        .toString())
                .isIn("\"red\"", "\"green\"", "[1,{\"a\":null}]");
        Path bad = Files.writeString(folder.resolve("bad.json"), "{\"items\": {\"uniqueItems\": true}}");
        assertBad(
                "bad.json: Invalid",
                "generate",
                TINY,
                "--max-tokens",
                "60",
                "--prompt",
                "x",
                "--schema",
                bad.toString());
    }

    @Test
    void grammarSaysWhereATextLeavesTheLanguage() throws IOException {
        String schema = Files.writeString(
                        folder.resolve("schema.json"),
                        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":\"integer\"}},\"required\":[\"name\",\"age\"]}")
                .toString();
        String good = Files.writeString(folder.resolve("good.json"), "{\n  \"name\": \"Zoë\",\n  \"age\": 3\n}\n")
                .toString();
        String bad = Files.writeString(folder.resolve("bad.json"), "{\n  \"name\": \"Zoë\",\n  \"agé\": 3}")
                .toString();
        assertThat(CommandRun.of("grammar", "--schema", schema, "--accepts", good)
                        .code())
                .isZero();
        CommandRun refused = CommandRun.of("grammar", "--schema", schema, "--accepts", bad);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.lastLine()).endsWith("leaves the language at byte 25, line 3, column 6; expected 'e\"'");
        JsonNode json = JsonMapper.shared()
                .readTree(CommandRun.of("grammar", "--json", "--schema", schema, "--accepts", bad)
                        .out());
        assertThat(json.get("accepted").asBoolean()).isFalse();
        assertThat(json.at("/departure/column").asInt()).isEqualTo(6);
        String gbnf = Files.writeString(folder.resolve("g.gbnf"), "root ::= [0-9]{2} \"!\"")
                .toString();
        String text = Files.writeString(folder.resolve("text"), "42!\n").toString();
        assertThat(CommandRun.of("grammar", "--gbnf", gbnf, "--accepts", text).code())
                .isZero();
        assertThat(CommandRun.of("grammar", "--regex", "[0-9]{2}", "--accepts", text)
                        .code())
                .isEqualTo(1);
        assertThat(CommandRun.of("grammar", "--regex", "a+").lastLine()).isEqualTo("the expression: compiled, 1 rules");
        assertBad("column 2", "grammar", "--regex", "a)");
        assertBad("missing", "grammar", "--schema", folder.resolve("missing").toString());
    }

    private static void assertBad(String named, String... args) {
        CommandRun run = CommandRun.of(args);
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(named);
    }
}
