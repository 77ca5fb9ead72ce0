package io.baseload;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.baseload.cli.Main;
import java.io.IOException;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks the compiled classes against the dependencies that {@link Rooms} allows, and the rules of docs/architecture.md. */
class ArchitectureTest {
    private static final String[] SQL = {
        "java.sql..",
        "javax.sql..",
        "org.postgresql..",
        "org.flywaydb..",
        "io.zonky..",
        "org.springframework.jdbc..",
        "org.springframework.data..",
        "org.springframework.boot.jdbc.."
    };
    private static final String[] HTTP = {
        "jakarta.servlet..",
        "java.net.http..",
        "com.sun.net.httpserver..",
        "org.apache.catalina..",
        "org.apache.coyote..",
        "org.springframework.http..",
        "org.springframework.web..",
        "org.springframework.security.."
    };

    private static JavaClasses project;

    @BeforeAll
    static void readClasses() throws URISyntaxException {
        var main = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        project = new ClassFileImporter().importPath(main);
        assertTrue(project.size() > 50, "classes in " + main);
    }

    @Test
    void everyRoomUsesOnlyItsDoors() {
        classes().should(useOnlyTheirDoors()).check(project);
    }

    @Test
    void everyRoomIsNamedInTheTable() {
        assertEquals(Set.of(), difference(packages(), Rooms.names()), "packages without doors");
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("io.baseload.(**)").should().beFreeOfCycles().check(project);
    }

    @Test
    void everyPackageSaysWhatItIsForAndIsNullMarked() {
        Set<String> marked = rooms().stream()
                .filter(room -> room.tryGetPackageInfo()
                        .map(info -> info.isAnnotatedWith(NullMarked.class))
                        .orElse(false))
                .map(JavaPackage::getName)
                .collect(Collectors.toSet());
        assertEquals(Set.of(), difference(packages(), marked), "packages without a null-marked package-info");
    }

    /** A name in a stack trace or a search identifies one class, in tests and generators too. */
    @Test
    void noClassIsNamedTwice() throws IOException {
        Map<String, List<Path>> named = sources().stream()
                .filter(source -> !source.endsWith("package-info.java"))
                .collect(Collectors.groupingBy(
                        source -> source.getFileName().toString(), TreeMap::new, Collectors.toList()));
        named.values().removeIf(sources -> sources.size() == 1);
        assertEquals(Map.of(), named, "names of more than one class");
    }

    @Test
    void theEngineUsesOnlyTheJdkAndJacksonsParser() {
        classes()
                .that()
                .resideInAnyPackage("io.baseload.engine.format..", "io.baseload.engine.store..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "tools.jackson.core..", "io.baseload.engine..")
                .check(project);
        classes()
                .that()
                .resideInAPackage("io.baseload.engine..")
                .and()
                .resideOutsideOfPackages("io.baseload.engine.format..", "io.baseload.engine.store..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "com.sun.management..",
                        "jdk.jfr..",
                        "jdk.incubator.vector..",
                        "org.jspecify..",
                        "io.baseload.engine..")
                .check(project);
        outside("io.baseload.engine", "java.sql..", "java.net.http..");
    }

    @Test
    void wordsNeedNoSpring() {
        outside("io.baseload.chat", "org.springframework..", "jakarta..", "java.sql..", "java.net.http..");
    }

    @Test
    void vectorsStayInTheKernels() {
        only(
                List.of(
                        "engine.kernel",
                        "engine.kernel.lanes",
                        "engine.kernel.generated",
                        "engine.quant",
                        "engine.tensor"),
                "jdk.incubator.vector..");
    }

    @Test
    void nativeFunctionsAreLinkedInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.baseload.engine.platform")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Linker.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(SymbolLookup.class)
                .check(project);
    }

    @Test
    void sqlStaysInTheLedgersRooms() {
        only(
                List.of(
                        "service.database",
                        "service.cluster",
                        "service.tenant",
                        "service.quota",
                        "service.audit",
                        "service.contents",
                        "service.guardrail",
                        "service.export",
                        "service.registry",
                        "service.routing",
                        "service.batch"),
                SQL);
        only(
                List.of(
                        "service.database",
                        "service.cluster",
                        "service.tenant",
                        "service.quota",
                        "service.audit",
                        "service.contents",
                        "service.guardrail",
                        "service.registry",
                        "service.routing",
                        "service.inference",
                        "service.batch",
                        "service.mcp",
                        "service.web"),
                "org.springframework.transaction..",
                "org.springframework.dao..");
    }

    @Test
    void httpStaysAtTheEdges() {
        only(
                List.of(
                        "service.protocol",
                        "service.openai",
                        "service.responses",
                        "service.anthropic",
                        "service.batch",
                        "service.admin",
                        "service.api",
                        "service.console",
                        "service.mcp",
                        "service.web",
                        "service.outbound",
                        "service.backend",
                        "service.export",
                        "service.guardrail",
                        "service.pull",
                        "service.identity"),
                HTTP);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that(not(resideInAnyPackage("io.baseload.cli", "io.baseload.service.app")))
                .should(ACCESS_STANDARD_STREAMS)
                .check(project);
    }

    @Test
    void noSourceIsLongerThan500Lines() throws IOException {
        var longer = new TreeMap<String, Integer>();
        for (Path source : sources()) {
            int lines = Files.readAllLines(source).size();
            if (lines > 500) {
                longer.put(source.toString(), lines);
            }
        }
        assertEquals(Map.of(), longer, "lines of sources, generated ones too");
    }

    private static List<Path> sources() throws IOException {
        try (var files = Files.walk(Path.of("src"))) {
            return files.filter(path -> path.toString().endsWith(".java")).toList();
        }
    }

    private static void outside(String layer, String... forbidden) {
        noClasses()
                .that()
                .resideInAPackage(layer + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .check(project);
    }

    private static void only(List<String> rooms, String... libraries) {
        String[] allowed = rooms.stream().map(room -> "io.baseload." + room).toArray(String[]::new);
        noClasses()
                .that()
                .resideOutsideOfPackages(allowed)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries)
                .check(project);
    }

    private static ArchCondition<JavaClass> useOnlyTheirDoors() {
        return new ArchCondition<>("use only the packages that Rooms gives them") {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                from.getDirectDependenciesFromSelf().stream()
                        .filter(ArchitectureTest::isForbidden)
                        .forEach(arrow -> events.add(SimpleConditionEvent.violated(from, arrow.getDescription())));
            }
        };
    }

    private static boolean isForbidden(Dependency arrow) {
        return !Rooms.mayUse(
                arrow.getOriginClass().getPackageName(),
                arrow.getTargetClass().getBaseComponentType().getPackageName());
    }

    private static Set<JavaPackage> rooms() {
        return project.stream().map(JavaClass::getPackage).collect(Collectors.toSet());
    }

    private static Set<String> packages() {
        return rooms().stream().map(JavaPackage::getName).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> difference(Set<String> all, Set<String> known) {
        var rest = new TreeSet<>(all);
        rest.removeAll(known);
        return rest;
    }
}
