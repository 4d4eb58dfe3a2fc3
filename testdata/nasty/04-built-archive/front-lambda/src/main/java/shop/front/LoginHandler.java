package shop.front;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;

public class LoginHandler implements RequestHandler<String, String> {
    @Override
    public String handleRequest(String input, Context context) {
        return System.getenv("GREETING");
    }
}
