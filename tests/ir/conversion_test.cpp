// Conversions between the caller's layout and the nest's: there and back, padding, gaps, every element in its place.
#include "ir/conversion.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "ir/interpret.h"
#include "ir/print.h"
#include "ir/verify.h"

using namespace saku;
using namespace saku::ir;

namespace {

Buffer buffer_of(const std::string& declaration) {
    const Result<LoopNest> nest = parse("nest n { " + declaration + " body { } }");
    REQUIRE_MESSAGE(nest.ok(), declaration << ": " << (nest ? "" : nest.error().text()));
    return nest->buffers.front();
}

std::vector<double> converted(const LoopNest& conversion, const std::vector<double>& from, double elsewhere) {
    const Result<Done> sound = verify(conversion);
    REQUIRE_MESSAGE(sound.ok(), (sound ? "" : sound.error().text()));
    const auto elements = static_cast<std::size_t>(span_elements(conversion.buffers[1].layout));
    Arguments both{from, std::vector<double>(elements, elsewhere)};
    const Result<Done> done = interpret(conversion, both);
    REQUIRE_MESSAGE(done.ok(), (done ? "" : done.error().text()));
    return both[1];
}

std::size_t offset_of(const Layout& layout, const std::vector<std::int64_t>& coordinates) {
    std::vector<Index> indices;
    for (const std::int64_t coordinate : coordinates) indices.emplace_back(coordinate);
    return static_cast<std::size_t>(element_offset(layout, indices).constant());
}

/// The coordinates after these; false behind the last.
bool advance(std::vector<std::int64_t>& coordinates, const std::vector<std::int64_t>& shape) {
    for (std::size_t d = shape.size(); d-- > 0;) {
        if (++coordinates[d] < shape[d]) return true;
        coordinates[d] = 0;
    }
    return false;
}

}  // namespace

TEST_CASE("conversions bring every element to its place and back") {
    const std::vector<std::string> declarations{
        "arg a: f32[5] in free",
        "arg a: f32[2, 3] layout (d1%3, d0%2) in free",
        "arg a: f32[33, 35] layout (d1%35, d0%33) out free",
        "arg a: f32[2, 20, 5, 7] layout (d0%2, d1/16%2, d2%5, d3%7, d1%16) in free",
        "arg a: f32[2, 20, 5, 7] layout (d0%2, d2%5, d3%7, d1%20) out accumulated free",
        "arg a: f32[1, 37, 3, 40] layout (d0%1, d1/8%5, d2%3, d3%40, d1%8) in free",
        "arg a: f32[3, 18] layout (d0%3, d1%18) in free (d1%18 stride 5, d0%3 stride 1)",
        "arg a: f32[4, 17] layout (d1/16%2, d0/3%2, d0%3, d1%16) in free (d0%4 stride 20, d1%17 stride 1)",
        "arg a: f32[6, 10] layout (d1/12%1, d0%6, d1/4%3, d1%4) in free",
    };
    for (const std::string& declaration : declarations) {
        CAPTURE(declaration);
        const Buffer buffer = buffer_of(declaration);
        const auto elements = static_cast<std::size_t>(span_elements(*buffer.plain));
        std::vector<double> plain(elements);
        for (std::size_t i = 0; i < elements; ++i) plain[i] = static_cast<double>(i) + 1;
        const double untouched = -7;
        const std::vector<double> laid_out = converted(conversion_to(buffer), plain, untouched);
        CHECK(laid_out.size() == static_cast<std::size_t>(span_elements(buffer.layout)));
        std::vector<double> expected(laid_out.size(), 0);  // padding is zero
        std::vector<double> back(elements, untouched);     // gaps stay as they are
        std::vector<std::int64_t> at(buffer.shape.size(), 0);
        do {
            const std::size_t from = offset_of(*buffer.plain, at);
            expected[offset_of(buffer.layout, at)] = plain[from];
            back[from] = plain[from];
        } while (advance(at, buffer.shape));
        CHECK(laid_out == expected);
        CHECK(converted(conversion_from(buffer), laid_out, untouched) == back);
    }
}
