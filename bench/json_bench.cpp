// Is reading and writing JSON by reflection ahead of the libraries one would take instead?
//
// One document, a page of 200 orders as an action might answer it (about 60 KB: texts with and
// without escapes, integers beyond 2^53, fractions, optionals, enums as texts, nested objects and
// lists), is read into structs and written from them
//   by dormouse      from_json<page>(text), to_json(page)
//   by Boost.JSON    value_to<page>(parse(text)), serialize(value_from(page))
//   by nlohmann      json::parse(text).get<page>(), json(page).dump()
// Each round times all three one after the other; a ratio is the better rival's time of a round
// divided by ours, the median over all rounds: above 1 dormouse is faster.
// `json/read/simdjson` is the same reading written by hand on simdjson's On-Demand interface: how
// far away a reader is that knows the document.
#include "bench/report.hpp"

#include <dormouse/json.hpp>

#include <boost/json/src.hpp>
#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>

namespace {

struct item {
    std::string sku;
    std::int64_t quantity = 0;
    double price = 0;
};
struct order {
    std::int64_t id = 0;
    std::string customer;
    std::string note;
    bool paid = false;
    std::optional<std::string> coupon;
    std::vector<item> items;
    std::vector<std::string> tags;
};
struct page {
    std::vector<order> orders;
    std::int64_t total = 0;
};

// What the rivals need to know about the structs, as their manuals have it.

template <class T>
T required(const boost::json::object& object, std::string_view key) {
    return boost::json::value_to<T>(object.at(key));
}
item tag_invoke(boost::json::value_to_tag<item>, const boost::json::value& value) {
    const auto& o = value.as_object();
    return {required<std::string>(o, "sku"), required<std::int64_t>(o, "quantity"),
            required<double>(o, "price")};
}
order tag_invoke(boost::json::value_to_tag<order>, const boost::json::value& value) {
    const auto& o = value.as_object();
    const auto& coupon = o.at("coupon");
    return {
        required<std::int64_t>(o, "id"),
        required<std::string>(o, "customer"),
        required<std::string>(o, "note"),
        required<bool>(o, "paid"),
        coupon.is_null() ? std::nullopt : std::optional(boost::json::value_to<std::string>(coupon)),
        required<std::vector<item>>(o, "items"),
        required<std::vector<std::string>>(o, "tags")};
}
page tag_invoke(boost::json::value_to_tag<page>, const boost::json::value& value) {
    const auto& o = value.as_object();
    return {required<std::vector<order>>(o, "orders"), required<std::int64_t>(o, "total")};
}
void tag_invoke(boost::json::value_from_tag, boost::json::value& out, const item& from) {
    out = {{"sku", from.sku}, {"quantity", from.quantity}, {"price", from.price}};
}
void tag_invoke(boost::json::value_from_tag, boost::json::value& out, const order& from) {
    out = {{"id", from.id},
           {"customer", from.customer},
           {"note", from.note},
           {"paid", from.paid},
           {"coupon", from.coupon ? boost::json::value(*from.coupon) : boost::json::value()},
           {"items", boost::json::value_from(from.items)},
           {"tags", boost::json::value_from(from.tags)}};
}
void tag_invoke(boost::json::value_from_tag, boost::json::value& out, const page& from) {
    out = {{"orders", boost::json::value_from(from.orders)}, {"total", from.total}};
}

void to_json(nlohmann::json& out, const item& from) {
    out = {{"sku", from.sku}, {"quantity", from.quantity}, {"price", from.price}};
}
void from_json(const nlohmann::json& in, item& to) {
    in.at("sku").get_to(to.sku);
    in.at("quantity").get_to(to.quantity);
    in.at("price").get_to(to.price);
}
void to_json(nlohmann::json& out, const order& from) {
    out = {{"id", from.id},     {"customer", from.customer}, {"note", from.note},
           {"paid", from.paid}, {"coupon", nullptr},         {"items", from.items},
           {"tags", from.tags}};
    if (from.coupon) {
        out["coupon"] = *from.coupon;
    }
}
void from_json(const nlohmann::json& in, order& to) {
    in.at("id").get_to(to.id);
    in.at("customer").get_to(to.customer);
    in.at("note").get_to(to.note);
    in.at("paid").get_to(to.paid);
    if (!in.at("coupon").is_null()) {
        to.coupon = in.at("coupon").get<std::string>();
    }
    in.at("items").get_to(to.items);
    in.at("tags").get_to(to.tags);
}
void to_json(nlohmann::json& out, const page& from) {
    out = {{"orders", from.orders}, {"total", from.total}};
}
void from_json(const nlohmann::json& in, page& to) {
    in.at("orders").get_to(to.orders);
    in.at("total").get_to(to.total);
}

// The same by hand on simdjson.

item read_item(simdjson::ondemand::object in) {
    item out;
    out.sku = std::string_view(in["sku"]);
    out.quantity = std::int64_t(in["quantity"]);
    out.price = double(in["price"]);
    return out;
}
order read_order(simdjson::ondemand::object in) {
    order out;
    out.id = std::int64_t(in["id"]);
    out.customer = std::string_view(in["customer"]);
    out.note = std::string_view(in["note"]);
    out.paid = bool(in["paid"]);
    simdjson::ondemand::value coupon = in["coupon"];
    if (!coupon.is_null()) {
        out.coupon = std::string_view(coupon);
    }
    for (simdjson::ondemand::object one : in["items"]) {
        out.items.push_back(read_item(one));
    }
    for (std::string_view one : in["tags"]) {
        out.tags.emplace_back(one);
    }
    return out;
}
page read_by_hand(simdjson::ondemand::parser& parser, const simdjson::padded_string& text) {
    page out;
    simdjson::ondemand::document document = parser.iterate(text);
    for (simdjson::ondemand::object one : document["orders"]) {
        out.orders.push_back(read_order(one));
    }
    out.total = std::int64_t(document["total"]);
    return out;
}

page make_page() {
    page out;
    for (int i = 0; i < 200; ++i) {
        order one;
        one.id = 9'007'199'254'740'993 + i;
        one.customer = "Customer number " + std::to_string(i);
        one.note = i % 3 == 0 ? "Leave it \"at the door\"\nthank you \u2014 Zoë" : "";
        one.paid = i % 2 == 0;
        if (i % 4 == 0) {
            one.coupon = "SPRING-" + std::to_string(i);
        }
        for (int k = 0; k < 1 + i % 3; ++k) {
            one.items.push_back({"sku-" + std::to_string(i * 7 + k), 1 + k, 0.25 + i * 1.1});
        }
        one.tags = {"new", "europe"};
        out.orders.push_back(std::move(one));
    }
    out.total = static_cast<std::int64_t>(out.orders.size());
    return out;
}

/// Microseconds of one run, of many.
double time_of(const std::function<std::size_t()>& run) {
    constexpr int runs = 20;
    static volatile std::size_t kept = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < runs; ++i) {
        kept = kept + run();
    }
    const std::chrono::duration<double, std::micro> taken =
        std::chrono::steady_clock::now() - start;
    return taken.count() / runs;
}

struct contest {
    std::function<std::size_t()> ours;
    std::function<std::size_t()> boost;
    std::function<std::size_t()> nlohmann;
};

void compare(bench::report& found, const std::string& name, const contest& run) {
    constexpr int rounds = 15;
    std::vector<double> ours;
    std::vector<double> boost;
    std::vector<double> nlohmann;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        ours.push_back(time_of(run.ours));
        boost.push_back(time_of(run.boost));
        nlohmann.push_back(time_of(run.nlohmann));
        ratios.push_back(std::min(boost.back(), nlohmann.back()) / ours.back());
    }
    found.add(name + "/dormouse", bench::median(ours), "us");
    found.add(name + "/boost", bench::median(boost), "us");
    found.add(name + "/nlohmann", bench::median(nlohmann), "us");
    found.add(name + "/ratio", bench::median(ratios), "");
}

}  // namespace

int main(int argc, char** argv) {
    bench::report found;
    const page sample = make_page();
    const std::string text = dormouse::to_json(sample);
    if (dormouse::to_json(dormouse::from_json<page>(text)) != text ||
        nlohmann::json::parse(nlohmann::json(sample).dump()) != nlohmann::json::parse(text)) {
        std::fprintf(stderr, "the documents differ\n");
        return EXIT_FAILURE;
    }
    compare(found, "json/read",
            {[&] { return dormouse::from_json<page>(text).orders.size(); },
             [&] { return boost::json::value_to<page>(boost::json::parse(text)).orders.size(); },
             [&] { return nlohmann::json::parse(text).get<page>().orders.size(); }});
    simdjson::ondemand::parser parser;
    std::vector<double> by_hand;
    for (int round = 0; round < 15; ++round) {
        by_hand.push_back(time_of([&] {
            const simdjson::padded_string padded(text);
            return read_by_hand(parser, padded).orders.size();
        }));
    }
    found.add("json/read/simdjson", bench::median(by_hand), "us");
    compare(found, "json/write",
            {[&] { return dormouse::to_json(sample).size(); },
             [&] { return boost::json::serialize(boost::json::value_from(sample)).size(); },
             [&] { return nlohmann::json(sample).dump().size(); }});
    return found.finish(argc, argv);
}
