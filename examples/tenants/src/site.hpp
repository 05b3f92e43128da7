// The program's own routes, beside those that dormouse serves.
#pragma once

#include <dormouse/http_server.hpp>

/// GET /, a page to try it; POST /login?tenant=x, GET /whoami and GET /me/users, which know the
/// tenant from a cookie. Call it before the server starts.
void add_site(dormouse::http_server& server);
