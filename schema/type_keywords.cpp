#include "schema/type_keywords.hpp"

#include "schema/type_algebra.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace dormouse::detail {
namespace {

using node_map = std::map<std::string, node_ptr, std::less<>>;

struct pattern_keyword {
    std::string_view name;
    std::string_view rule;
    std::string_view description;
    std::string_view format;
};

// The patterns of ArkType's keywords are part of its interface: messages and unions show them.
constexpr std::string_view integer_rule = R"(^(?:(?!^-0$)-?(?:(?:0|[1-9]\d*)))$)";
constexpr std::string_view numeric_rule =
    R"(^(?:(?!^-0\.?0*$)(?:-?(?:(?:0|[1-9]\d*)(?:\.\d+)?)|\.\d+?))$)";
constexpr std::string_view iso_date_rule =
    R"(^([+-]?\d{4}(?!\d{2}\b))((-?)((0[1-9]|1[0-2])(\3([12]\d|0[1-9]|3[01]))?|W([0-4]\d|5[0-3]))"
    R"((-?[1-7])?|(00[1-9]|0[1-9]\d|[12]\d{2}|3([0-5]\d|6[1-6])))(T((([01]\d|2[0-3])((:?)[0-5]\d)?)"
    R"(|24:?00)([,.]\d+(?!:))?)?(\17[0-5]\d([,.]\d+)?)?([Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d)?)?)?)?$)";
constexpr std::string_view card_rule =
    R"(^(?:4\d{12}(?:\d{3,6})?|5[1-5]\d{14}|(222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12})"
    R"(|6(?:011|5\d\d)\d{12,15}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})"
    R"(|6[27]\d{14}|^(81\d{14,17}))$)";

constexpr std::array<pattern_keyword, 17> pattern_keywords{{
    {"string.alpha", "^[A-Za-z]*$", "only letters", ""},
    {"string.alphanumeric", R"(^[\dA-Za-z]*$)", "only letters and digits 0-9", ""},
    {"string.digits", R"(^\d*$)", "only digits 0-9", ""},
    {"string.hex", R"(^[\dA-Fa-f]+$)", "hex characters only", ""},
    {"string.base64", "^(?:[\\d+/A-Za-z]{4})*(?:[\\d+/A-Za-z]{2}==|[\\d+/A-Za-z]{3}=)?$",
     "base64-encoded", ""},
    {"string.base64.url", R"(^(?:[\w-]{4})*(?:[\w-]{2}(?:==|%3D%3D)?|[\w-]{3}(?:=|%3D)?)?$)",
     "base64url-encoded", ""},
    {"string.email", R"(^[\w%+.-]+@[\d.A-Za-z-]+\.[A-Za-z]{2,}$)", "an email address", "email"},
    {"string.integer", integer_rule, "a well-formed integer string", ""},
    {"string.numeric", numeric_rule, "a well-formed numeric string", ""},
    {"string.semver",
     R"(^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))"
     R"((?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*))?(?:\+([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?$)",
     "a semantic version (see https://semver.org/)", ""},
    {"string.date.iso", iso_date_rule, "an ISO 8601 (YYYY-MM-DDTHH:mm:ss.sssZ) date", ""},
    {"string.capitalize.preformatted", "^[A-Z].*$", "capitalized", ""},
    {"string.lower.preformatted", "^[a-z]*$", "only lowercase letters", ""},
    {"string.upper.preformatted", "^[A-Z]*$", "only uppercase letters", ""},
    {"string.trim.preformatted", R"(^\S.*\S$|^\S?$)", "trimmed", ""},
    {"string.ip.v4", "", "an IPv4 address", "ipv4"},
    {"string.ip.v6", "", "an IPv6 address", "ipv6"},
}};

constexpr std::string_view ipv4_part = "(?:[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";

std::string ipv4_rule() {
    return "(" + std::string(ipv4_part) + "[.]){3}" + std::string(ipv4_part);
}

/// With so many parts in front, what may follow: an address, `few` further parts, or none.
std::string ipv6_rule() {
    const std::string part = "(?:[0-9a-fA-F]{1,4})";
    const std::string v4 = ipv4_rule();
    std::string rule = "^(";
    rule += "(?:" + part + ":){7}(?:" + part + "|:)|";
    rule += "(?:" + part + ":){6}(?:" + v4 + "|:" + part + "|:)|";
    rule += "(?:" + part + ":){5}(?::" + v4 + "|(:" + part + "){1,2}|:)|";
    for (int front = 4; front >= 1; --front) {
        rule += "(?:" + part + ":){" + std::to_string(front) + "}(?:(:" + part + "){0," +
                std::to_string(5 - front) + "}:" + v4 + "|(:" + part + "){1," +
                std::to_string(7 - front) + "}|:)|";
    }
    rule += "(?::((?::" + part + "){0,5}:" + v4 + "|(?::" + part + "){1,7}|:))";
    return rule + ")(%[0-9a-zA-Z.]{1,})?$";
}

text_pattern keyword_pattern(std::string rule, std::string_view description,
                             std::string_view flags = {}) {
    text_pattern pattern;
    pattern.compiled = std::make_shared<const js_regex>(rule, flags);
    pattern.rule = std::move(rule);
    pattern.flags = flags;
    pattern.has_flags = true;
    pattern.described = description;
    return pattern;
}

type_node text_type() {
    type_node node;
    node.domain = "string";
    return node;
}

void add_patterns(node_map& names) {
    for (const auto& one : pattern_keywords) {
        std::string rule(one.rule);
        if (one.format == "ipv4") {
            rule = "^" + ipv4_rule() + "$";
        } else if (one.format == "ipv6") {
            rule = ipv6_rule();
        }
        type_node node = text_type();
        node.patterns.push_back(keyword_pattern(std::move(rule), one.description));
        node.format = one.format;
        names[std::string(one.name)] = finished(std::move(node));
    }
    type_node card = text_type();
    card.patterns.push_back(keyword_pattern(std::string(card_rule), "a credit card number"));
    card.predicates.push_back({text_predicate::luhn, "a credit card number", ""});
    names["string.creditCard"] = finished(std::move(card));
}

/// Every part of a union reads the same in messages.
node_ptr described_union(std::vector<type_node> parts, std::string_view description,
                         std::string_view format) {
    type_node node;
    node.kind = node_kind::united;
    node.described = description;
    node.format = format;
    for (auto& part : parts) {
        part.described = description;
        part.format = part.format.empty() ? format : part.format;
        if (part.kind != node_kind::unit) {
            part.basis_described = description;
        }
        for (auto& pattern : part.patterns) {
            pattern.described = description;
        }
        node.branches.push_back(finished(std::move(part)));
    }
    std::stable_sort(node.branches.begin(), node.branches.end(),
                     [](const auto& left, const auto& right) { return left->hash < right->hash; });
    return finished(std::move(node));
}

void add_uuids(node_map& names) {
    const std::string tail = R"([\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12})";
    const std::string head = R"([\da-f]{8}-[\da-f]{4}-)";
    for (char version = '1'; version <= '8'; ++version) {
        type_node node = text_type();
        node.patterns.push_back(keyword_pattern("^" + head + version + tail + "$",
                                                std::string("a UUIDv") + version, "i"));
        names[std::string("string.uuid.v") + version] = finished(std::move(node));
    }
    type_node versioned = text_type();
    versioned.patterns.push_back(keyword_pattern(head + "[1-8]" + tail, "", "i"));
    const auto unit = [](std::string text) {
        type_node node;
        node.kind = node_kind::unit;
        node.unit = {.kind = unit_kind::text, .text = std::move(text)};
        return node;
    };
    std::vector<type_node> parts;
    parts.push_back(std::move(versioned));
    parts.push_back(unit("00000000-0000-0000-0000-000000000000"));
    parts.push_back(unit("ffffffff-ffff-ffff-ffff-ffffffffffff"));
    names["string.uuid"] = described_union(std::move(parts), "a UUID", "uuid");
    names["string.ip"] =
        described_union({*names["string.ip.v4"], *names["string.ip.v6"]}, "an IP address", "");
}

node_ptr predicate_type(text_predicate what, std::string description, std::string format) {
    type_node node = text_type();
    node.predicates.push_back({what, std::move(description), ""});
    node.format = std::move(format);
    return finished(std::move(node));
}

void add_predicates(node_map& names) {
    names["string.date"] = predicate_type(text_predicate::parsable_date, "a parsable date", "");
    names["string.url"] = predicate_type(text_predicate::parsable_url, "a URL string", "uri");
    names["string.regex"] = predicate_type(text_predicate::regex, "a regex pattern", "regex");
    type_node json = *predicate_type(text_predicate::json, "a JSON string", "");
    json.described = "a JSON string";
    names["string.json"] = finished(std::move(json));
    type_node epoch = *names["string.integer"];
    epoch.predicates.push_back({text_predicate::epoch, "", ""});
    epoch.described = "an integer string representing a safe Unix timestamp";
    names["string.date.epoch"] = finished(std::move(epoch));
    constexpr std::array<std::pair<std::string_view, text_predicate>, 4> forms{
        {{"NFC", text_predicate::nfc},
         {"NFD", text_predicate::nfd},
         {"NFKC", text_predicate::nfkc},
         {"NFKD", text_predicate::nfkd}}};
    for (const auto& [form, predicate] : forms) {
        type_node node = *predicate_type(predicate, "", "");
        node.described = std::string(form) + "-normalized unicode";
        names["string.normalize." + std::string(form) + ".preformatted"] =
            finished(std::move(node));
    }
}

node_ptr morph_type(node_ptr in, text_morph what, node_ptr out) {
    type_node node;
    node.kind = node_kind::morph;
    node.in = std::move(in);
    node.morphs.push_back({what, nullptr});
    node.declared_out = std::move(out);
    return finished(std::move(node));
}

void add_text_morphs(node_map& names) {
    constexpr std::array<std::pair<std::string_view, text_morph>, 8> morphs{
        {{"string.trim", text_morph::trim},
         {"string.lower", text_morph::lower},
         {"string.upper", text_morph::upper},
         {"string.capitalize", text_morph::capitalize},
         {"string.normalize.NFC", text_morph::nfc},
         {"string.normalize.NFD", text_morph::nfd},
         {"string.normalize.NFKC", text_morph::nfkc},
         {"string.normalize.NFKD", text_morph::nfkd}}};
    for (const auto& [name, what] : morphs) {
        const std::string key(name);
        names[key] = morph_type(names["string"], what, names[key + ".preformatted"]);
    }
    names["string.normalize"] = names["string.normalize.NFC"];
}

void add_parsing_morphs(node_map& names) {
    const node_ptr number = names["number"];
    const node_ptr date = names["Date"];
    names["string.numeric.parse"] = morph_type(names["string.numeric"], text_morph::number, number);
    names["string.integer.parse"] =
        morph_type(names["string.integer"], text_morph::integer, names["number.integer"]);
    names["string.date.iso.parse"] =
        morph_type(names["string.date.iso"], text_morph::iso_date, date);
    names["string.date.epoch.parse"] =
        morph_type(names["string.date.epoch"], text_morph::epoch, date);
    type_node parsed_date = *morph_type(names["string"], text_morph::date, date);
    parsed_date.declared_in = names["string.date"];
    names["string.date.parse"] = finished(std::move(parsed_date));
    type_node parsed_url = *morph_type(names["string"], text_morph::url, proto_node("URL"));
    parsed_url.declared_in = names["string.url"];
    names["string.url.parse"] = finished(std::move(parsed_url));
    type_node parsed_json = *morph_type(names["string"], text_morph::json, names["object.json"]);
    parsed_json.described = "safe JSON string parser";
    names["string.json.parse"] = finished(std::move(parsed_json));
    names["object.json.stringify"] =
        morph_type(names["object.json"], text_morph::stringify, names["string"]);
}

void add_numbers(node_map& names) {
    type_node integer;
    integer.domain = "number";
    integer.divisor = limit{1, false, ""};
    names["number.integer"] = finished(integer);

    type_node epoch;
    epoch.domain = "number";
    epoch.basis_described = "a number representing a Unix timestamp";
    epoch.divisor = limit{1, false, "an integer representing a Unix timestamp"};
    constexpr double latest = 8'640'000'000'000'000;
    epoch.max = limit{latest, false, "a Unix timestamp before 8640000000000000"};
    epoch.min = limit{-latest, false, "a Unix timestamp after -8640000000000000"};
    epoch.described = "an integer representing a safe Unix timestamp";
    names["number.epoch"] = finished(std::move(epoch));

    type_node safe;
    safe.domain = "number";
    safe.basis_allows_nan_said = true;
    constexpr double safe_max = 9007199254740991;
    safe.max = limit{safe_max, false, ""};
    safe.min = limit{-safe_max, false, ""};
    names["number.safe"] = finished(std::move(safe));

    const auto unit = [](double number) {
        return unit_node({.kind = unit_kind::number, .number = number});
    };
    names["number.NaN"] = unit(std::numeric_limits<double>::quiet_NaN());
    names["number.Infinity"] = unit(std::numeric_limits<double>::infinity());
    names["number.NegativeInfinity"] = unit(-std::numeric_limits<double>::infinity());
}

void add_objects(node_map& names) {
    constexpr std::array<std::string_view, 27> protos{"Array",
                                                      "Date",
                                                      "Error",
                                                      "Function",
                                                      "Map",
                                                      "RegExp",
                                                      "Set",
                                                      "WeakMap",
                                                      "WeakSet",
                                                      "Promise",
                                                      "ArrayBuffer",
                                                      "Blob",
                                                      "File",
                                                      "FormData",
                                                      "Headers",
                                                      "Request",
                                                      "Response",
                                                      "URL",
                                                      "Object",
                                                      "TypedArray.Int8",
                                                      "TypedArray.Uint8",
                                                      "TypedArray.Uint8Clamped",
                                                      "TypedArray.Int16",
                                                      "TypedArray.Uint16",
                                                      "TypedArray.Int32",
                                                      "TypedArray.Uint32",
                                                      "TypedArray.Float32"};
    for (const auto name : protos) {
        const bool typed = name.starts_with("TypedArray.");
        names[std::string(name)] =
            proto_node(typed ? std::string(name.substr(11)) + "Array" : std::string(name));
    }
    names["TypedArray.Float64"] = proto_node("Float64Array");
    names["TypedArray.BigInt64"] = proto_node("BigInt64Array");
    names["TypedArray.BigUint64"] = proto_node("BigUint64Array");
    names["Array.readonly"] = names["Array"];
    type_node index = text_type();
    index.patterns.push_back(written_pattern(R"(^(?:0|[1-9]\d*)$)"));
    names["Array.index"] = finished(std::move(index));
    // Any JSON value inside: what was read from JSON is nothing else, so it is not looked at again.
    object_shape json;
    json.index.push_back({names["string"], names["unknown"], ""});
    names["object.json"] = object_node(std::move(json));
}

node_map make_names() {
    node_map names;
    for (const auto domain : {"bigint", "number", "object", "string", "symbol"}) {
        names[domain] = domain_node(domain);
    }
    names["unknown"] = finished({});
    names["unknown.any"] = names["unknown"];
    names["never"] = never_node();
    names["null"] = unit_node({.kind = unit_kind::null});
    names["undefined"] = unit_node({});
    names["true"] = unit_node({.kind = unit_kind::boolean, .truth = true});
    names["false"] = unit_node({.kind = unit_kind::boolean, .truth = false});
    names["boolean"] = unite({names["false"], names["true"]});
    names["Key"] = unite({names["string"], names["symbol"]});
    add_numbers(names);
    add_patterns(names);
    add_uuids(names);
    add_predicates(names);
    add_text_morphs(names);
    add_objects(names);
    add_parsing_morphs(names);
    for (const auto root : {"string", "number", "object", "unknown", "Array"}) {
        names[std::string(root) + ".root"] = names[root];
    }
    return names;
}

const node_map& names() {
    static const node_map all = make_names();
    return all;
}

/// Names with parts behind a dot.
bool is_module(std::string_view name) {
    const node_map& all = names();
    const auto next = all.lower_bound(std::string(name) + ".");
    return next != all.end() && next->first.starts_with(std::string(name) + ".");
}

struct generic {
    std::string_view name;
    std::string_view parameters;
    std::size_t count;
};
constexpr std::array<generic, 8> generics{{{"Exclude", "T, U", 2},
                                           {"Extract", "T, U", 2},
                                           {"Merge", "base, props", 2},
                                           {"Omit", "T, K", 2},
                                           {"Partial", "T", 1},
                                           {"Pick", "T, K", 2},
                                           {"Record", "K, V", 2},
                                           {"Required", "T", 1}}};

void require_parameter(std::string_view name, const node_ptr& argument, std::string_view wanted) {
    const node_ptr constraint = named_type(wanted);
    if (!extends(argument, constraint)) {
        refuse_definition(std::string(name) + " must be assignable to " +
                          expression_of(*constraint) + " (was " + expression_of(*argument) + ")");
    }
}

node_ptr record_of(const node_ptr& key, const node_ptr& value) {
    require_parameter("K", key, "Key");
    std::string named;
    for (const auto& branch : branches_of(key)) {
        if (branch->kind == node_kind::unit) {
            named.append(named.empty() ? "" : ", ").append(printed(branch->unit));
        }
    }
    if (!named.empty()) {
        refuse_definition("Index keys " + named + " should be specified as named props.");
    }
    object_shape shape;
    shape.index.push_back({key, value, ""});
    return object_node(std::move(shape));
}

const object_shape& shape_of(const node_ptr& node, std::string_view operation) {
    static const object_shape empty;
    if (node->kind == node_kind::domain && node->domain == "object") {
        return empty;
    }
    if (node->kind != node_kind::intersection || !node->shape) {
        refuse_definition(std::string(operation) + " operand must be an object (was " +
                          expression_of(*node) + ")");
    }
    return *node->shape;
}

node_ptr changed_shapes(const node_ptr& node, std::string_view operation,
                        const std::function<void(object_shape&)>& change) {
    std::vector<node_ptr> parts;
    for (const auto& branch : branches_of(node)) {
        object_shape shape = shape_of(branch, operation);
        change(shape);
        parts.push_back(object_node(std::move(shape)));
    }
    return unite(std::move(parts));
}

void move_properties(std::vector<property>& from, std::vector<property>& to, bool required) {
    for (auto& one : from) {
        one.required = required;
        if (required) {
            one.preset.reset();
        }
        to.push_back(std::move(one));
    }
    from.clear();
}

node_ptr with_keys(const node_ptr& node, const node_ptr& keys, std::string_view operation) {
    require_parameter("T", node, "object");
    require_parameter("K", keys, "Key");
    const bool keeps = operation == "pick";
    for (const auto& key : branches_of(keys)) {
        const node_ptr known = keys_of(node);
        if (!extends(key, known)) {
            refuse_definition("Key " + expression_of(*key) + " does not exist on " +
                              expression_of(*node));
        }
    }
    return changed_shapes(node, operation, [&](object_shape& shape) {
        const auto dropped = [&](const property& one) {
            return allows(*keys, {.kind = unit_kind::text, .text = one.key}) != keeps;
        };
        std::erase_if(shape.required, dropped);
        std::erase_if(shape.optional, dropped);
        std::erase_if(shape.index,
                      [&](const auto& one) { return extends(one.key, keys) != keeps; });
    });
}

node_ptr merged(const node_ptr& base, const node_ptr& props) {
    require_parameter("base", base, "object");
    require_parameter("props", props, "object");
    const object_shape& over = shape_of(props, "merge");
    return changed_shapes(base, "merge", [&](object_shape& shape) {
        const auto replaced = [&](const property& one) {
            const auto same = [&](const property& other) { return other.key == one.key; };
            return std::any_of(over.required.begin(), over.required.end(), same) ||
                   std::any_of(over.optional.begin(), over.optional.end(), same);
        };
        std::erase_if(shape.required, replaced);
        std::erase_if(shape.optional, replaced);
        shape.required.insert(shape.required.end(), over.required.begin(), over.required.end());
        shape.optional.insert(shape.optional.end(), over.optional.begin(), over.optional.end());
        shape.index.insert(shape.index.end(), over.index.begin(), over.index.end());
        shape.undeclared = over.undeclared;
    });
}

node_ptr filtered(const node_ptr& node, const node_ptr& by, bool keeps) {
    std::vector<node_ptr> parts;
    for (const auto& branch : branches_of(node)) {
        if (extends(branch, by) == keeps) {
            parts.push_back(branch);
        }
    }
    return unite(std::move(parts));
}

}  // namespace

node_ptr named_type(std::string_view name) {
    if (name == "this") {
        refuse_definition("A definition cannot refer to itself with 'this' here");
    }
    const node_map& all = names();
    const auto found = all.find(name);
    if (found != all.end()) {
        return found->second;
    }
    // `a.b.c` needs `a.b` to have parts.
    for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
        const std::string_view front = name.substr(0, dot);
        if (is_module(front)) {
            continue;
        }
        if (all.contains(front) || is_generic_name(front)) {
            const auto last = front.rfind('.');
            refuse_definition(
                "'" + std::string(front.substr(last == std::string_view::npos ? 0 : last + 1)) +
                "' must reference a module to be accessed using dot syntax");
        }
        break;
    }
    return nullptr;
}

text_pattern written_pattern(std::string_view rule) {
    text_pattern pattern;
    pattern.rule = rule;
    try {
        pattern.compiled = std::make_shared<const js_regex>(rule);
    } catch (const error& e) {
        refuse_definition("SyntaxError: " + std::string(e.what()));
    }
    return pattern;
}

bool is_generic_name(std::string_view name) {
    return std::any_of(generics.begin(), generics.end(),
                       [&](const auto& one) { return one.name == name; });
}

node_ptr generic_type(std::string_view name, std::span<const node_ptr> arguments) {
    const auto* found = std::find_if(generics.begin(), generics.end(),
                                     [&](const auto& one) { return one.name == name; });
    if (arguments.size() != found->count) {
        std::string text = std::string(name) + "<" + std::string(found->parameters) +
                           "> requires exactly " + std::to_string(found->count) + " args (got " +
                           std::to_string(arguments.size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            text.append(i == 0 ? ": " : ", ").append(expression_of(*arguments[i]));
        }
        refuse_definition(text + ")");
    }
    const node_ptr& first = arguments[0];
    if (name == "Record") {
        return record_of(first, arguments[1]);
    }
    if (name == "Exclude" || name == "Extract") {
        return filtered(first, arguments[1], name == "Extract");
    }
    if (name == "Merge") {
        return merged(first, arguments[1]);
    }
    if (name == "Pick" || name == "Omit") {
        return with_keys(first, arguments[1], name == "Pick" ? "pick" : "omit");
    }
    require_parameter("T", first, "object");
    const bool requires_all = name == "Required";
    return changed_shapes(first, requires_all ? "required" : "partial", [&](object_shape& shape) {
        requires_all ? move_properties(shape.optional, shape.required, true)
                     : move_properties(shape.required, shape.optional, false);
    });
}

}  // namespace dormouse::detail
