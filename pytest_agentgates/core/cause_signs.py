"""The signs by which causes of failing tests are known: a table to add to, no code."""

from __future__ import annotations

# Signs of each cause: words of one line, all of them where `&` joins several. The first sign that is
# found decides, so what is particular stands before what is general.
Table = tuple[tuple[str, tuple[str, ...]], ...]

BACKEND: Table = (
    (
        "orm_mapping_error",
        (
            "UnmappedClassError",
            "UnmappedInstanceError",
            "UnmappedColumnError",
            "NoForeignKeysError",
            "AmbiguousForeignKeysError",
            "NoReferencedTableError",
            "NoInspectionAvailable",
            "DetachedInstanceError",
            "MappedAnnotationError",
            "InvalidRequestError & mapper",
            "InvalidRequestError & has no property",
            "ArgumentError & apper",
            "Could not determine join condition",
            "FieldError & Cannot resolve keyword",
        ),
    ),
    (
        "database_error",
        (
            "OperationalError",
            "IntegrityError",
            "ProgrammingError",
            "DatabaseError",
            "sqlite3.InterfaceError",
            "psycopg",
            "asyncpg.exceptions",
            "UNIQUE constraint failed",
            "no such table",
        ),
    ),
    (
        "dependency_injection_error",
        (
            "dependency_injector",
            "MissingDependencyError",
            "UnsatisfiedRequirement",
            "ServiceNotFoundError",
            "Invalid args for response field & Depends",
            "'Depends' object",
            "not registered & ontainer",
            "__init__() missing & required & repository'",
            "__init__() missing & required & repo'",
            "__init__() missing & required & service'",
            "__init__() missing & required & session'",
            "__init__() missing & required & gateway'",
            "__init__() missing & required & publisher'",
        ),
    ),
    (
        "use_case_missing",
        (
            "NotImplementedError",
            "No module named & use_case",
            "No module named & usecase",
            "cannot import name & UseCase'",
            "cannot import name & use_case",
            "has no attribute & use_case",
            "has no attribute & UseCase'",
            "has no attribute & Service' object",
            "has no attribute & Handler' object",
        ),
    ),
    (
        "interface_mismatch",
        (
            "Can't instantiate abstract class",
            "has no attribute & Repository' object",
            "has no attribute & Repo' object",
            "has no attribute & Adapter' object",
            "has no attribute & Port' object",
            "has no attribute & Gateway' object",
            "unexpected keyword argument",
            "required positional argument",
            "required keyword-only argument",
            "positional argument & were given",
            "positional argument & was given",
        ),
    ),
    (
        "api_contract_mismatch",
        (
            "ResponseValidationError",
            "RequestValidationError",
            "HTTPStatusError",
            "openapi",
            "OpenAPI",
        ),
    ),
    (
        "import_error",
        (
            "ModuleNotFoundError",
            "ImportError",
            "No module named",
            "cannot import name",
        ),
    ),
)

FRONTEND: Table = (
    (
        "typescript_error",
        (
            "error TS",
            "is not assignable to",
            "does not exist on type",
            "implicitly has an 'any' type",
        ),
    ),
    (
        "shadcn_setup_error",
        (
            "components/ui/ & Cannot find module",
            "components/ui/ & Failed to resolve import",
            "components/ui/ & Module not found",
            "components/ui/ & Can't resolve",
            "@radix-ui/ & Cannot find module",
            "@radix-ui/ & Failed to resolve import",
            "@radix-ui/ & Can't resolve",
            "lib/utils & Failed to resolve import",
            "components.json",
            "shadcn",
        ),
    ),
    (
        "ui_design_mismatch",
        (
            "toMatchSnapshot",
            "toMatchInlineSnapshot",
            "toHaveScreenshot",
            "toHaveStyle",
            "toHaveClass",
            "Snapshot & mismatch",
            "pixels & are different",
        ),
    ),
    (
        "form_validation_error",
        (
            "ZodError",
            "react-hook-form",
            "useForm",
            "yup & ValidationError",
        ),
    ),
    (
        "component_error",
        (
            "TestingLibraryElementError",
            "Unable to find & element",
            "Unable to find & role",
            "Element type is invalid",
            "Invalid hook call",
            "Rendered more hooks",
            "Hydration failed",
            "Objects are not valid as a React child",
        ),
    ),
    (
        "api_client_error",
        (
            "AxiosError",
            "Network Error",
            "fetch failed",
            "Failed to fetch",
            "ECONNREFUSED",
            "Request failed with status code",
            "[MSW]",
        ),
    ),
    (
        "build_error",
        (
            "Failed to compile",
            "Build failed",
            "Transform failed",
            "Module not found",
            "Cannot find module",
            "Failed to resolve import",
            "SyntaxError",
            "npm ERR!",
        ),
    ),
)

TIMEOUTS: Table = (
    (
        "timeout",
        (
            "TimeoutError",
            "ran out of time",
            "TimeoutExpired",
            "Failed: Timeout",
            "ReadTimeout",
            "ConnectTimeout",
            "Exceeded timeout",
            "est timed out in",
            "Test timeout of",
        ),
    ),
)

# What an assertion compares is the test's own text, so only what pytest adds to it says more.
ASSERTED: Table = (("api_contract_mismatch", ("where & .status_code",)),)
ASSERTIONS: Table = (("assertion_error", ("AssertionError", "Failed: DID NOT RAISE", "expect(")),)
