import urllib2

def handler(event, context):
    try:
        print "got", event
    except Exception, e:
        raise ValueError, e
