// A nested transaction that is undone unless it is released.
#pragma once

#include <dormouse/lease.hpp>

namespace dormouse::detail {

/// **Thread safety:** actor-confined. **Lifetime:** within one turn, innermost first.
class savepoint {
public:
    explicit savepoint(lease& held);
    savepoint(const savepoint&) = delete;
    savepoint& operator=(const savepoint&) = delete;
    ~savepoint();

    void release();

private:
    lease* held_;
};

}  // namespace dormouse::detail
