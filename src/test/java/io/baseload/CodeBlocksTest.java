package io.baseload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreErrorsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The code blocks of README.md and docs: Java compiles or is quoted from sources, settings exist, YAML and JSON can be read. Those of docs/kubernetes.md have their own test. */
class CodeBlocksTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```([a-z]+)\n(.*?)^```$");
    private static final Pattern NOT_CODE = Pattern.compile("//.*|@Override|\\bstatic\\b|\\s+");
    private static final Set<String> SETTINGS = Set.of("baseload", "logging", "management", "server", "spring");
    private static final String IMPORTS = """
        import io.baseload.engine.api.*;
        import java.nio.file.*;
        import java.util.*;
        import org.springframework.ai.chat.client.*;
        import org.springframework.ai.chat.model.*;
        import org.springframework.ai.tool.annotation.*;
        import org.springframework.boot.*;
        import org.springframework.context.annotation.*;
        """;

    record Block(String page, String language, String text) {
        @Override
        public String toString() {
            return page + ": " + text.lines().findFirst().orElse("");
        }
    }

    private static Stream<Block> blocks(String... languages) throws IOException {
        List<Path> pages;
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            pages = Stream.concat(
                            Stream.of(Path.of("README.md")),
                            docs.filter(it -> it.toString().endsWith(".md")))
                    .sorted()
                    .toList();
        }
        var blocks = new ArrayList<Block>();
        for (Path page : pages) {
            BLOCK.matcher(Files.readString(page))
                    .results()
                    .map(found -> new Block(page.getFileName().toString(), found.group(1), found.group(2)))
                    .filter(block -> List.of(languages).contains(block.language))
                    .forEach(blocks::add);
        }
        return blocks.stream();
    }

    // Java

    static Stream<Block> examples() throws IOException {
        return blocks("java").filter(block -> !isQuoted(block));
    }

    static Stream<Block> quotations() throws IOException {
        return blocks("java").filter(CodeBlocksTest::isQuoted);
    }

    /** The container's package is not on the class path here. */
    private static boolean isQuoted(Block block) {
        return block.page.equals("adding-a-model.md") || block.text.contains("BaseloadContainer");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void javaCompiles(Block block, @TempDir Path classes) {
        String body = block.text.replace("…", "throw new UnsupportedOperationException();");
        // methods are members of a class; classes, variables and calls may stand in a method
        String members = body.contains("@Bean") ? body : "void run(ChatModel model) {\n" + body + "}\n";
        var errors = new StringWriter();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        errors,
                        null,
                        null,
                        options,
                        null,
                        List.of(source(IMPORTS + "class Example {\n" + members + "}\n")))
                .call();
        assertThat(compiled).as(errors.toString()).isTrue();
    }

    private static JavaFileObject source(String text) {
        return new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignored) {
                return text;
            }
        };
    }

    @ParameterizedTest
    @MethodSource("quotations")
    void quotationsAreInTheSources(Block block) throws IOException {
        List<String> parts =
                Stream.of(block.text.split("…")).map(CodeBlocksTest::code).toList();
        try (Stream<Path> sources = Files.walk(Path.of("src"))) {
            assertThat(sources.filter(it -> it.toString().endsWith(".java")))
                    .anyMatch(file -> contains(code(read(file)), parts));
        }
    }

    private static String code(String text) {
        return NOT_CODE.matcher(text).replaceAll("");
    }

    /** All parts, one after the other. */
    private static boolean contains(String code, List<String> parts) {
        int at = 0;
        for (String part : parts) {
            int found = code.indexOf(part, at);
            if (found < 0) {
                return false;
            }
            at = found + part.length();
        }
        return true;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Settings

    static Stream<Block> yaml() throws IOException {
        return blocks("yaml", "properties").filter(block -> !block.page.equals("kubernetes.md"));
    }

    @ParameterizedTest
    @MethodSource("yaml")
    void settingsExist(Block block) throws IOException {
        var resource = new ByteArrayResource(block.text.getBytes(StandardCharsets.UTF_8));
        var loader =
                block.language.equals("yaml") ? new YamlPropertySourceLoader() : new PropertiesPropertySourceLoader();
        List<PropertySource<?>> sources = loader.load("block", resource);
        Set<String> names = sources.stream()
                .map(source -> (EnumerablePropertySource<?>) source)
                .flatMap(source -> Stream.of(source.getPropertyNames()))
                .filter(name -> SETTINGS.contains(root(name)))
                .collect(Collectors.toSet());
        Set<String> known = known();
        assertThat(names).allMatch(name -> isKnown(name, known));
        assertThat(unbound(names, new Binder(ConfigurationPropertySources.from(sources))))
                .isEmpty();
    }

    private static String root(String name) {
        return name.split("[.\\[]", 2)[0];
    }

    /** A setting, or an entry of a list or a map. */
    private static boolean isKnown(String name, Set<String> known) {
        return known.contains(name)
                || known.stream().anyMatch(it -> name.startsWith(it + ".") || name.startsWith(it + "["));
    }

    /** The settings of this program and of its libraries. */
    private static Set<String> known() throws IOException {
        var names = new HashSet<String>();
        ClassLoader loader = CodeBlocksTest.class.getClassLoader();
        for (URL file : Collections.list(loader.getResources("META-INF/spring-configuration-metadata.json"))) {
            try (var in = file.openStream()) {
                new JsonMapper()
                        .readTree(in)
                        .get("properties")
                        .forEach(it -> names.add(it.get("name").asString()));
            }
        }
        return names;
    }

    /** Settings below the prefix of a class of this program that no such class takes. */
    private static Set<String> unbound(Set<String> names, Binder binder) {
        var unbound = new HashSet<String>();
        var taken = new HashSet<String>();
        for (Class<?> type : propertyClasses()) {
            String prefix = type.getAnnotation(ConfigurationProperties.class).value();
            List<String> own =
                    names.stream().filter(name -> name.startsWith(prefix)).toList();
            if (!own.isEmpty()) {
                unbound.addAll(own);
                taken.addAll(taken(type, prefix, binder));
            }
        }
        unbound.removeAll(taken);
        return unbound;
    }

    /** Blocks may omit required values, such as those of the block before, so errors don't count. */
    private static Set<String> taken(Class<?> type, String prefix, Binder binder) {
        var taken = new HashSet<String>();
        binder.bind(prefix, Bindable.of(type), new IgnoreErrorsBindHandler() {
            @Override
            public <T> Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
                taken.add(name.toString());
                return super.onStart(name, target, context);
            }
        });
        return taken;
    }

    private static List<Class<?>> propertyClasses() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        return scanner.findCandidateComponents("io.baseload").stream()
                .<Class<?>>map(found -> {
                    try {
                        return Class.forName(found.getBeanClassName());
                    } catch (ClassNotFoundException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    @Test
    void misspelledSettingsAreFound() throws IOException {
        Set<String> known = known();
        assertThat(isKnown("baseload.engine.thread", known)).isFalse();
        assertThat(isKnown("baseload.engine.threads", known)).isTrue();
        var names = Map.of(
                "baseload.identity.issuers[0].issuer",
                "https://a.example",
                "baseload.identity.issuers[0].audience",
                "b");
        var binder = new Binder(ConfigurationPropertySources.from(new MapPropertySource("map", Map.copyOf(names))));
        assertThat(unbound(names.keySet(), binder)).containsExactly("baseload.identity.issuers[0].audience");
    }

    // JSON

    static Stream<Block> json() throws IOException {
        return blocks("json");
    }

    /** One value, or one on each line. */
    @ParameterizedTest
    @MethodSource("json")
    void jsonCanBeRead(Block block) {
        try (var values = new JsonMapper().readerFor(JsonNode.class).<JsonNode>readValues(block.text)) {
            assertThat(values.readAll()).isNotEmpty();
        }
    }
}
