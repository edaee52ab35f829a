#!/usr/bin/env escript
%% One visit with Erlang's ssl: HOST NAME IP PORT STORE.  Exit 0: answered 200.
main([Host, _Name, Ip, Port, Store]) ->
    ssl:start(),
    logger:set_primary_config(level, none),
    {ok, Address} = inet:parse_address(Ip),
    Match = public_key:pkix_verify_hostname_match_fun(https),
    Name = case inet:parse_address(Host) of
               {ok, _} -> [];
               _ -> [{server_name_indication, Host}]
           end,
    Options = [{verify, verify_peer}, {cacertfile, Store}, {active, false},
               {customize_hostname_check, [{match_fun, Match}]} | Name],
    {ok, Socket} = gen_tcp:connect(Address, list_to_integer(Port),
                                   [{active, false}, binary], 4000),
    case ssl:connect(Socket, Options, 4000) of
        {ok, Connection} -> ask(Connection, Host);
        Error -> fail(Error)
    end.

ask(Connection, Host) ->
    ssl:send(Connection, ["GET / HTTP/1.0\r\nHost: ", Host, "\r\n\r\n"]),
    case ssl:recv(Connection, 0, 4000) of
        {ok, Answer} ->
            case binary:match(iolist_to_binary(Answer), <<" 200 ">>) of
                nomatch -> halt(1);
                _ -> halt(0)
            end;
        Error -> fail(Error)
    end.

fail(Error) ->
    io:format(standard_error, "~p~n", [Error]),
    halt(1).
