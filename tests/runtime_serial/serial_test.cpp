#include "../runtime/parallel_for_checks.h"

namespace saku::tests {
namespace {

TEST_CASE("serial: every chunk once") { check_parallel_for(); }
TEST_CASE("serial: several threads at once") { check_calls_from_several_threads(); }
TEST_CASE("serial: calls from within calls") { check_nesting(); }

TEST_CASE("serial: chunks come in order, on the calling thread") {
    struct Order {
        std::vector<std::int64_t> chunks;
        std::thread::id thread = std::this_thread::get_id();
        bool elsewhere = false;
    } order;
    const auto note = [](void* ctx, std::int64_t chunk, int worker) {
        auto& here = *static_cast<Order*>(ctx);
        here.chunks.push_back(chunk);
        here.elsewhere |= worker != 0 || std::this_thread::get_id() != here.thread;
    };
    CHECK(saku_parallel_for(5, 4, note, &order) == SAKU_PARALLEL_DONE);
    CHECK(order.chunks == std::vector<std::int64_t>{0, 1, 2, 3, 4});
    CHECK_FALSE(order.elsewhere);
}

}  // namespace
}  // namespace saku::tests
